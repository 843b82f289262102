import { afterEach, describe, expect, test } from 'vitest';
import { commands } from 'vitest/browser';

import {
  loadPredictor,
  type BackendChange,
  type BackendName,
  type WebPredictor,
} from '../src/predictor.ts';
import { modelUrl, pictureAnswers, pictureBlob, probabilities } from './fixtures.ts';

const predictors: WebPredictor[] = [];

async function load(backend: BackendName): Promise<WebPredictor> {
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

// In a browser of their own: Chromium gives no WebGPU any more after some crashes.
describe('a lost device', () => {
  test('a GPU that crashes is recovered from, and answers go on', async () => {
    const predictor = await load('webgpu');
    const change = nextChange(predictor);
    const names = Object.keys(pictureAnswers).filter((name) => name.startsWith('exif-'));
    const asked = names.map(async (name) => probabilities(predictor, await pictureBlob(name)));
    const bitmap = await createImageBitmap(await pictureBlob('grey.jpg'));
    const ofBitmap = predictor.classify(bitmap);
    await commands.crashGpu();
    for (const [i, answer] of (await Promise.all(asked)).entries()) {
      const best = pictureAnswers[names[i]!]!.probabilities;
      expect(answer.indexOf(Math.max(...answer))).toBe(best.indexOf(Math.max(...best)));
    }
    expect((await ofBitmap).predictions[0]!.label).toBe('cedar');
    const { from, reason, message } = await change;
    expect([from.name, reason]).toEqual(['webgpu', 'lost']);
    expect(message).not.toBe('');
    await expectRight(predictor);
  });

  test('lost while nothing is asked, it is ready again by itself; the second time on wasm', async () => {
    const predictor = await load('webgpu');
    for (const [time, after] of [
      ['first', 'webgpu'],
      ['second', 'wasm'],
    ] as const) {
      const change = nextChange(predictor);
      await commands.crashGpu();
      const { to } = await change;
      // Chromium may refuse another device for a while after a crash.
      expect(time === 'first' ? ['webgpu', 'wasm'] : ['wasm']).toContain(to.name);
      await expectRight(predictor);
      if (after !== to.name) break;
    }
    expect(predictor.backend.name).toBe('wasm');
  });
});
