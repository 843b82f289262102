import { afterEach, describe, expect, test, vi } from 'vitest';

import {
  loadPredictor,
  type BackendChange,
  type BackendName,
  type WebPredictor,
} from '../src/predictor.ts';
import { modelUrl, pictureAnswers, pictureBlob, probabilities } from './fixtures.ts';

const predictors: WebPredictor[] = [];

async function load(backend: 'auto' | BackendName): Promise<WebPredictor> {
  const predictor = await loadPredictor(modelUrl, { backend });
  predictors.push(predictor);
  return predictor;
}

function nextChange(predictor: WebPredictor): Promise<BackendChange> {
  return new Promise((resolve) => {
    predictor.addEventListener('backendchange', ({ detail }) => resolve(detail), { once: true });
  });
}

async function expectRight(predictor: WebPredictor, name = 'exif-5.jpg'): Promise<void> {
  const answer = await probabilities(predictor, await pictureBlob(name));
  for (const [index, expected] of pictureAnswers[name]!.probabilities.entries()) {
    expect(answer[index]).toBeCloseTo(expected, 2);
  }
}

afterEach(() => {
  for (const predictor of predictors.splice(0)) predictor.dispose();
});

describe('backends', () => {
  test('auto passes over an adapter that is software', async () => {
    const { info } = (await navigator.gpu.requestAdapter())!;
    expect(info.architecture, 'Debian’s Chromium without a GPU').toBe('swiftshader');
    const predictor = await load('auto');
    expect(predictor.backend).toEqual({
      name: 'wasm',
      detail: 'SIMD, 2 threads',
      isSoftware: false,
    });
  });

  test('goes over to another and back, and answers what was asked before on the old one', async () => {
    const predictor = await load('wasm');
    const blob = await pictureBlob('large.jpg');
    const before = predictor.classify(blob);
    const change = nextChange(predictor);
    await predictor.switchBackend('webgpu');
    expect(await change).toMatchObject({
      from: { name: 'wasm' },
      to: { name: 'webgpu', isSoftware: true },
      reason: 'asked',
    });
    expect((await before).predictions[0]!.label).toBe('birch');
    await expectRight(predictor);
    await predictor.switchBackend('webgpu');
    await predictor.switchBackend('wasm');
    expect(predictor.backend.name).toBe('wasm');
    await expectRight(predictor);
  });
});

test('when all have been disposed, so is the worker, and nothing is answered any more', async () => {
  const terminate = vi.spyOn(Worker.prototype, 'terminate');
  const one = await load('wasm');
  const two = await load('wasm');
  one.dispose();
  one.dispose();
  await expect(one.classify(await pictureBlob('grey.jpg'))).rejects.toMatchObject({
    code: 'DISPOSED',
  });
  await expectRight(two);
  expect(terminate).not.toHaveBeenCalled();
  const asked = two.classify(await pictureBlob('large.jpg'));
  two.dispose();
  await expect(asked).rejects.toMatchObject({ code: 'DISPOSED' });
  await vi.waitFor(() => expect(terminate).toHaveBeenCalledTimes(1));
  terminate.mockRestore();
});
