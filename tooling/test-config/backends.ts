import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';

import * as tf from '@tensorflow/tfjs-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { startWebgpu, stopWebgpu, takeUncapturedErrors } from './webgpu.ts';

export type BackendName = 'cpu' | 'wasm' | 'tensorflow' | 'webgpu';

/** Every backend that the packages support, quickest to start first. */
export const backendNames: readonly BackendName[] = ['cpu', 'wasm', 'tensorflow', 'webgpu'];

/**
 * Runs a suite once on each backend, with that backend current before each test. Where one is
 * missing, a single test stands for it, named after what is missing; it passes, unless
 * RESNET_REQUIRE_BACKENDS (names separated by commas, or `all`) lists the backend.
 *
 * A test also fails when the GPU reports an error that nobody caught.
 */
export function describeBackends(
  names: readonly BackendName[],
  suite: (backend: BackendName) => void,
): void {
  for (const name of names) {
    // oxlint-disable-next-line vitest/valid-title -- a name of ours
    describe(name, async () => {
      const missing = await startBackend(name);
      // oxlint-disable-next-line vitest/no-conditional-tests -- known only on the machine
      if (missing !== undefined) {
        it(`backend ${name} is missing: ${missing}`, () => {
          expect(requiredBackends(), 'backends in RESNET_REQUIRE_BACKENDS').not.toContain(name);
        });
        return;
      }
      beforeAll(async () => {
        // Another suite of the same file may have stopped it.
        if (name === 'webgpu') await startWebgpu();
        await tf.setBackend(name);
      });
      beforeEach(async () => {
        if (tf.getBackend() !== name) await tf.setBackend(name);
      });
      if (name === 'webgpu') {
        afterEach(async () => {
          expect(await takeUncapturedErrors(), 'uncaptured WebGPU errors').toEqual([]);
        });
        afterAll(stopWebgpu);
      }
      suite(name);
    });
  }
}

/** Those of `names` that work here. Which backend is current afterwards is not defined. */
export async function availableBackends(
  names: readonly BackendName[] = backendNames,
): Promise<BackendName[]> {
  const available: BackendName[] = [];
  for (const name of names) {
    if ((await startBackend(name)) === undefined) available.push(name);
  }
  return available;
}

function requiredBackends(): readonly string[] {
  const required = (process.env.RESNET_REQUIRE_BACKENDS ?? '').split(',').map((s) => s.trim());
  return required.includes('all') ? backendNames : required;
}

const outcomes = new Map<BackendName, Promise<string | undefined>>();

/** Registers and starts a backend, once; what is missing, in words, when it cannot. */
export function startBackend(name: BackendName): Promise<string | undefined> {
  let outcome = outcomes.get(name);
  if (outcome === undefined) {
    outcome = start[name]();
    outcomes.set(name, outcome);
  }
  return outcome;
}

const start: Record<BackendName, () => Promise<string | undefined>> = {
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
    await tf.setBackend('cpu');
    // At its first use it advises tfjs-node on the console, unless this is a test. Left set, the
    // flag would make tfjs take what an operation saves for its gradient for a leak.
    tf.env().set('IS_TEST', true);
    tf.scalar(0).dispose();
    tf.env().set('IS_TEST', false);
    return undefined;
  },

  async wasm() {
    const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
    const require = createRequire(import.meta.url);
    setWasmPaths(join(dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), sep));
    return (await tf.setBackend('wasm')) ? undefined : 'tfjs-backend-wasm did not start';
  },

  async tensorflow() {
    // By path: a dependency on @resnet/native, which is tested with this package, would be a cycle.
    const { loadTensorflow, NativeError } = await import('../../packages/native/src/index.ts');
    try {
      await loadTensorflow();
    } catch (error) {
      if (!(error instanceof NativeError)) throw error;
      return `${error.message} ${error.hint}`;
    }
    return (await tf.setBackend('tensorflow')) ? undefined : 'tfjs-node-gpu did not start';
  },

  async webgpu() {
    const started = await startWebgpu();
    if ('missing' in started) return started.missing;
    return (await tf.setBackend('webgpu')) ? undefined : 'tfjs-backend-webgpu did not start';
  },
};
