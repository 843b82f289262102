/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its fixtures */
import { readFileSync } from 'node:fs';

import { evalTransform, imagenetMean, imagenetStd, type Raster } from '@resnet/image';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import {
  formatModelConfig,
  readSafetensors,
  resnetConfig,
  writeSafetensors,
  type ModelCard,
} from '@resnet/model';
import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { normalizeMap, Predictor } from '../src/index.ts';

function fixture(name: string): Buffer {
  return readFileSync(new URL(`./fixtures/${name}`, import.meta.url));
}

// A tiny net of timm's and what PyTorch answers with it: tooling/reference/model/predictor.py
const weights = new Uint8Array(fixture('tiny.safetensors'));
const reference = JSON.parse(fixture('tiny.json').toString()) as {
  readonly images: [number, number, number, number];
  readonly probabilities: number[][];
};

const referenceMaps = JSON.parse(fixture('maps.json').toString()) as {
  readonly image: [number, number, number, number];
  readonly maps: number[][][];
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
function formulaImages([n, c, h, w] = reference.images): Float32Array[] {
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

function image(seed: number, width = 50, height = 60): Raster {
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

  it('gives one list for an image, and one for each of several, whatever the batches', async () => {
    const predictor = await Predictor.load({ config: JSON.parse(config) as object, weights });
    const images = [image(1), image(2, 33, 90), image(3)];
    const single = await predictor.predict(images[1]!);
    expect(single.map(({ label }) => label).sort()).toEqual(['bird', 'cat', 'dog']);
    expect(single.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 10);
    expect(single[0]!.probability).toBeGreaterThanOrEqual(single[1]!.probability);
    expect(card.labelNames[single[0]!.index]).toBe(single[0]!.label);

    const all = await predictor.predict(images, { topK: 1, batchSize: 2 });
    expect(all).toHaveLength(3);
    expect(all.map((list) => list.length)).toEqual([1, 1, 1]);
    expect(all[1]![0]!.index).toBe(single[0]!.index);
    expect([all[1]![0]!.probability]).toBeAllClose([single[0]!.probability], { rtol: 1e-5 });
    expect(await predictor.predict([])).toEqual([]);
    predictor.dispose();
  });

  it("prepares images as the model's own config.json says", async () => {
    const predictor = await Predictor.load({ config, weights });
    const { mean, std, interpolation, cropPct } = card.pretrainedCfg;
    const expected = evalTransform({
      inputSize: [32, 40],
      cropPct,
      interpolation,
      mean: [mean[0]!, mean[1]!, mean[2]!],
      std: [std[0]!, std[1]!, std[2]!],
    })(image(5));
    expect(predictor.preprocess(image(5))).toEqual(expected);
    const out = new Float32Array(expected.length);
    expect(predictor.preprocess(image(5), out)).toBe(out);
    expect(out).toEqual(expected);
    expect(expected).toHaveLength(32 * 40 * 3);
    predictor.dispose();
  });

  it("gives PyTorch's class activation maps, whose means are the logits", async () => {
    const [, , height, width] = referenceMaps.image;
    const pretrainedCfg = { ...card.pretrainedCfg, inputSize: [3, height, width] as const };
    const larger = formatModelConfig({ ...card, pretrainedCfg });
    const predictor = await Predictor.load({ config: larger, weights });
    const [image] = formulaImages(referenceMaps.image);
    const [probabilities] = await predictor.probabilities([image!]);
    for (const [classIndex, expected] of referenceMaps.maps.entries()) {
      const explanation = await predictor.explain(image!, { classIndex });
      const { map } = explanation;
      expect(map).toMatchObject({ classIndex, height: 3, width: 4 });
      expect(map.values).toBeAllClose(expected.flat(), { rtol: 1e-4, atol: 1e-4 });
      expect(explanation.probabilities).toBeAllClose(probabilities!, { rtol: 1e-5 });
    }
    const best = await predictor.explain(image!);
    expect(best.map.classIndex).toBe(probabilities!.indexOf(Math.max(...probabilities!)));
    await expect(predictor.explain(image!, { classIndex: 3 })).rejects.toThrow('from 0 to 2');
    predictor.dispose();
    await expect(predictor.explain(image!)).rejects.toMatchObject({ code: 'DISPOSED' });
  });

  it('frees what a backend fails to hand over', async () => {
    const predictor = await Predictor.load({ config, weights });
    const [image] = formulaImages();
    const loaded = tf.memory().numTensors;
    const lost = vi.spyOn(tf.Tensor.prototype, 'data').mockRejectedValue(new Error('device lost'));
    try {
      await expect(predictor.probabilities([image!])).rejects.toThrow('device lost');
      await expect(predictor.explain(image!)).rejects.toThrow('device lost');
    } finally {
      lost.mockRestore();
    }
    expect(tf.memory().numTensors).toBe(loaded);
    predictor.dispose();
  });

  it('explains the most probable of more classes than a call has room for arguments', async () => {
    const numClasses = 200_000;
    const { tensors } = readSafetensors(weights);
    const bias = new Float32Array(numClasses);
    bias[123_456] = 1;
    const wide = new Map(tensors)
      .set('fc.weight', {
        shape: [numClasses, 16],
        dtype: 'float32',
        data: new Float32Array(numClasses * 16),
      })
      .set('fc.bias', { shape: [numClasses], dtype: 'float32', data: bias });
    const predictor = await Predictor.load({
      config: formatModelConfig({
        ...card,
        config: { ...card.config, numClasses },
        labelNames: Array.from({ length: numClasses }, (_, i) => `${i}`),
      }),
      weights: writeSafetensors(wide),
    });
    const [image] = formulaImages();
    const { map } = await predictor.explain(image!);
    expect(map.classIndex).toBe(123_456);
    predictor.dispose();
  });

  it('has no maps of nets whose logits are no sum over places', async () => {
    const other = formatModelConfig({ ...card, config: { ...card.config, globalPool: 'avgmax' } });
    const predictor = await Predictor.load({ config: other, weights });
    const [image] = formulaImages();
    expect(await predictor.probabilities([image!])).toHaveLength(1);
    await expect(predictor.explain(image!)).rejects.toMatchObject({ code: 'MAP_UNSUPPORTED' });
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

  it('refuses weights that would make every answer NaN', async () => {
    const { tensors } = readSafetensors(weights);
    for (const [name, value] of [
      ['layer2.0.conv1.weight', Number.NaN],
      ['fc.bias', Number.NEGATIVE_INFINITY],
      ['bn1.running_var', -0.5],
    ] as const) {
      const tensor = tensors.get(name) as { shape: number[]; dtype: 'float32'; data: Float32Array };
      const data = tensor.data.slice();
      data[1] = value;
      const broken = writeSafetensors(new Map([...tensors, [name, { ...tensor, data }]]));
      await expect(Predictor.load({ config, weights: broken })).rejects.toThrow(
        `received ${value} in ${name} at 1`,
      );
    }
  });

  it('says what is wrong with a call', async () => {
    const predictor = await Predictor.load({ config, weights });
    await expect(predictor.predict(image(1), { topK: 0 })).rejects.toThrow('topK is an integer');
    await expect(predictor.predict(image(1), { batchSize: 0.5 })).rejects.toThrow('batchSize');
    await expect(predictor.predict({ ...image(1), width: 51 })).rejects.toThrow('51');
    await expect(predictor.probabilities([new Float32Array(5)])).rejects.toThrow(
      '32 x 40 x 3 = 3840 floats, received 5 at index 0',
    );
    predictor.dispose();
    predictor.dispose();
    await expect(predictor.predict(image(1))).rejects.toMatchObject({ code: 'DISPOSED' });
  });
});

it('stretches a map to 0..1', () => {
  expect(normalizeMap(Float32Array.of(-1, 0, 3))).toEqual(Float32Array.of(0, 0.25, 1));
  expect(normalizeMap(Float32Array.of(2, 2))).toEqual(Float32Array.of(0, 0));
});
