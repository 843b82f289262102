import { createRequire } from 'node:module';
import os, { availableParallelism } from 'node:os';
import { join } from 'node:path';
import workerThreads, { type Transferable } from 'node:worker_threads';

/** The pool that the threaded build starts, whatever number of threads it is set to use. */
const pool = 8;

/** As many as there are CPUs for this process; RESNET_WASM_THREADS overrides. */
export function wasmThreads(env: NodeJS.ProcessEnv = process.env): number {
  const wanted = Number(env.RESNET_WASM_THREADS ?? availableParallelism());
  return Number.isInteger(wanted) ? Math.min(Math.max(wanted, 1), pool) : 1;
}

/**
 * Runs `start` so that tfjs-backend-wasm's threaded build can start its workers in Node. tfjs has
 * them off there (tensorflow/tfjs issue 3830) because it hands them their code as blob URLs, which
 * Node's workers take not. The code is in the package as text, and as a file: these are given
 * instead. The build also asks for the number of CPUs and uses half of them, taking it that
 * each is two threads of one core; it is set to double. Two threads are worth most on idle
 * CPUs: where others keep them busy, they gain nothing and may lose a little.
 *
 * What is replaced in Node's modules is put back when `start` has ended. tfjs's flag
 * WASM_HAS_MULTITHREAD_SUPPORT is the caller's to set.
 */
export async function withNodeWorkers<T>(
  packageFolder: string,
  threads: number,
  start: () => Promise<T>,
): Promise<T> {
  const files = join(packageFolder, 'wasm-out');
  const script = join(files, 'tfjs-backend-wasm-threaded-simd.js');
  const { wasmWorkerContents }: { wasmWorkerContents: string } = createRequire(import.meta.url)(
    join(files, 'tfjs-backend-wasm-threaded-simd.worker.js'),
  );
  const code = wasmWorkerContents.replaceAll('\n', String.raw`\n`);

  const { Worker } = workerThreads;
  class BuildWorker extends Worker {
    constructor() {
      super(code, { eval: true });
      this.unref();
    }

    // The build holds the workers that it uses, and the process would never end: it computes while
    // the main thread waits, so there is nothing to hold them for.
    override ref(): void {}

    override postMessage(message: unknown, transfer?: readonly Transferable[]): void {
      super.postMessage(isLoad(message) ? { ...message, urlOrBlob: script } : message, transfer);
    }
  }

  const { cpus } = os;
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Worker');
  workerThreads.Worker = BuildWorker;
  os.cpus = () => Array.from({ length: 2 * threads }, () => cpus()[0] ?? unknownCpu);
  try {
    return await start();
  } finally {
    workerThreads.Worker = Worker;
    os.cpus = cpus;
    // The build leaves its class as a global, by which libraries would take Node for a browser.
    if (before === undefined) Reflect.deleteProperty(globalThis, 'Worker');
    else Object.defineProperty(globalThis, 'Worker', before);
  }
}

const unknownCpu: os.CpuInfo = {
  model: 'unknown',
  speed: 0,
  times: { user: 0, nice: 0, sys: 0, idle: 0, irq: 0 },
};

function isLoad(message: unknown): message is { readonly cmd: 'load' } {
  return (
    typeof message === 'object' && message !== null && 'cmd' in message && message.cmd === 'load'
  );
}
