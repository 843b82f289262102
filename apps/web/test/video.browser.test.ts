import { afterEach, expect, test, vi } from 'vitest';

import { loadPredictor, type WebPredictor } from '../src/predictor.ts';
import { modelUrl, pictureBlob, probabilities } from './fixtures.ts';

const predictors: WebPredictor[] = [];

afterEach(() => {
  vi.unstubAllGlobals();
  for (const predictor of predictors.splice(0)) predictor.dispose();
});

async function load(): Promise<WebPredictor> {
  const predictor = await loadPredictor(modelUrl, { backend: 'wasm' });
  predictors.push(predictor);
  return predictor;
}

/** A video that shows one picture, and a canvas of what it shows. */
async function still(): Promise<{ video: HTMLVideoElement; canvas: HTMLCanvasElement }> {
  const canvas = document.createElement('canvas');
  const bitmap = await createImageBitmap(await pictureBlob('exif-1.jpg'));
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  const context = canvas.getContext('2d', { alpha: false })!;
  context.drawImage(bitmap, 0, 0);
  const video = document.createElement('video');
  video.muted = true;
  video.srcObject = canvas.captureStream();
  await video.play();
  context.drawImage(video, 0, 0);
  return { video, canvas };
}

test('a video is read as a canvas is that it was drawn on', async () => {
  const predictor = await load();
  const { video, canvas } = await still();
  const read = vi.fn<(video: HTMLVideoElement) => void>();
  vi.stubGlobal('createImageBitmap', read);
  const ofVideo = await probabilities(predictor, video);
  expect(read, 'bitmaps made of a video').not.toHaveBeenCalled();
  vi.unstubAllGlobals();
  expect(difference(ofVideo, await probabilities(predictor, canvas))).toBeLessThan(2e-3);
  const { width, height } = await predictor.classify(video);
  expect([width, height]).toEqual([canvas.width, canvas.height]);
});

test('a browser without VideoFrame reads a video as a bitmap', async () => {
  const predictor = await load();
  const { video, canvas } = await still();
  const ofFrame = await probabilities(predictor, video);
  vi.stubGlobal('VideoFrame', undefined);
  await expect(predictor.classify(document.createElement('video'))).rejects.toMatchObject({
    code: 'IMAGE_UNREADABLE',
  });
  expect(difference(await probabilities(predictor, video), ofFrame)).toBeLessThan(2e-3);
  expect(difference(await probabilities(predictor, canvas), ofFrame)).toBeLessThan(2e-3);
});

test('a frame is let go of where nothing comes of it', async () => {
  const predictor = await load();
  const { video } = await still();
  const frames: VideoFrame[] = [];
  vi.stubGlobal(
    'VideoFrame',
    class extends VideoFrame {
      constructor(source: HTMLVideoElement) {
        super(source);
        frames.push(this);
      }
    },
  );
  const controller = new AbortController();
  const asked = predictor.classify(video, { signal: controller.signal });
  controller.abort();
  await expect(asked).rejects.toThrow(/abort/);
  predictor.dispose();
  await expect(predictor.classify(video)).rejects.toMatchObject({ code: 'DISPOSED' });
  expect(frames.map(({ format }) => format)).toEqual([null]);
});

function difference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));
}
