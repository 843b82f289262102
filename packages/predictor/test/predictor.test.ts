/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its fixtures */
import { readFileSync } from 'node:fs';

import { evalTransform, imagenetMean, imagenetStd, type Raster } from '@resnet/image';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { formatModelConfig, resnetConfig, type ModelCard } from '@resnet/model';
import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { Predictor } from '../src/index.ts';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}

// A tiny net of timm's and what PyTorch answers with it: tooling/reference/model/predictor.py
const weights = new Uint8Array(fixture('tiny.safetensors'));
const reference = JSON.parse(fixture('tiny.json').toString()) as {
  readonly images: [number, number, number, number];
  readonly probabilities: number[][];
};

const card: ModelCard = {
  architecture: 'tiny',
  config: resnetConfig({
    block: 'basic',
    layers: [1, 1, 1, 1],
    channels: [8, 16, 16, 16],
    numClasses: 3,
  }),
  labelNames: ['cat', 'dog', 'bird'],
  pretrainedCfg: {
    inputSize: [3, 32, 40],
    mean: imagenetMean,
    std: imagenetStd,
    interpolation: 'bilinear',
    cropPct: 0.8,
  },
};
const config = JSON.stringify(formatModelConfig(card));

/** tooling/reference/model/formula.py's images, HWC. */
function formulaImages(): Float32Array[] {
  const [n, c, h, w] = reference.images;
  let seed = 0x811c9dc5;
  for (const character of 'input') seed = Math.imul(seed ^ character.charCodeAt(0), 0x01000193);
  let position = 0;
  return Array.from({ length: n }, () => {
    const image = new Float32Array(c * h * w);
    for (let channel = 0; channel < c; channel++) {
      for (let pixel = 0; pixel < h * w; pixel++) {
        let x = (Math.imul(position++, 0x9e3779b9) + seed) >>> 0;
        x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
        x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
        image[pixel * c + channel] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
      }
    }
    return image;
  });
}

function picture(seed: number, width = 50, height = 60): Raster {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * seed * 7919) % 251);
  return { width, height, data };
}

registerTensorflowKernels();
registerWasmKernels();

describeBackends(['cpu', 'wasm', 'tensorflow'], () => {
  let before: number;
  beforeEach(() => {
    before = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors, 'leaked tensors').toBe(before);
  });

  it("gives PyTorch's probabilities for the same images", async () => {
    const predictor = await Predictor.load({ config, weights });
    const probabilities = await predictor.probabilities(formulaImages());
    for (const [i, expected] of reference.probabilities.entries()) {
      expect(probabilities[i]!).toBeAllClose(expected, { rtol: 1e-4 });
    }
    predictor.dispose();
  });

  it('gives one list for a picture, and one for each of several, whatever the batches', async () => {
    const predictor = await Predictor.load({ config: JSON.parse(config) as object, weights });
    const pictures = [picture(1), picture(2, 33, 90), picture(3)];
    const single = await predictor.predict(pictures[1]!);
    expect(single.map(({ label }) => label).sort()).toEqual(['bird', 'cat', 'dog']);
    expect(single.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
    expect(single[0]!.probability).toBeGreaterThanOrEqual(single[1]!.probability);
    expect(card.labelNames[single[0]!.index]).toBe(single[0]!.label);

    const all = await predictor.predict(pictures, { topK: 1, batchSize: 2 });
    expect(all).toHaveLength(3);
    expect(all.map((list) => list.length)).toEqual([1, 1, 1]);
    expect(all[1]![0]!.index).toBe(single[0]!.index);
    expect([all[1]![0]!.probability]).toBeAllClose([single[0]!.probability], { rtol: 1e-5 });
    expect(await predictor.predict([])).toEqual([]);
    predictor.dispose();
  });

  it("prepares pictures as the model's own config.json says", async () => {
    const predictor = await Predictor.load({ config, weights });
    const { mean, std, interpolation, cropPct } = card.pretrainedCfg;
    const expected = evalTransform({
      inputSize: [32, 40],
      cropPct,
      interpolation,
      mean: [mean[0]!, mean[1]!, mean[2]!],
      std: [std[0]!, std[1]!, std[2]!],
    })(picture(5));
    expect(predictor.preprocess(picture(5))).toEqual(expected);
    expect(expected).toHaveLength(32 * 40 * 3);
    predictor.dispose();
  });

  it('says what is wrong with a folder, and leaves nothing of it', async () => {
    const other = formatModelConfig({ ...card, config: { ...card.config, layers: [1, 1, 1, 2] } });
    await expect(Predictor.load({ config: other, weights })).rejects.toThrow(
      'layer4.1.conv1.weight: missing from the state',
    );
    await expect(Predictor.load({ config: '{}', weights })).rejects.toThrow('architecture');
    await expect(Predictor.load({ config, weights: weights.subarray(0, 999) })).rejects.toThrow(
      'safetensors',
    );
    const headless = formatModelConfig({ ...card, config: { ...card.config, numClasses: 0 } });
    await expect(Predictor.load({ config: headless, weights })).rejects.toMatchObject({
      code: 'MODEL_UNSUITABLE',
    });
  });

  it('says what is wrong with a call', async () => {
    const predictor = await Predictor.load({ config, weights });
    await expect(predictor.predict(picture(1), { topK: 0 })).rejects.toThrow('topK is an integer');
    await expect(predictor.predict(picture(1), { batchSize: 0.5 })).rejects.toThrow('batchSize');
    await expect(predictor.predict({ ...picture(1), width: 51 })).rejects.toThrow('51');
    await expect(predictor.probabilities([new Float32Array(5)])).rejects.toThrow(
      '32 x 40 x 3 = 3840 floats, received 5 at index 0',
    );
    predictor.dispose();
    predictor.dispose();
    await expect(predictor.predict(picture(1))).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});
