/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its fixtures */
import { readFileSync } from 'node:fs';

import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { registerWebgpuKernels } from '@resnet/kernels/webgpu';
import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { layerTable, modelConfig, ResNet } from '../src/index.ts';
import { conditionedState, distance, formulaImages, sampleDigest, type Digest } from './formula.ts';

interface Case {
  readonly name: string;
  readonly outputStride: 8 | 16 | 32;
  readonly branchEnd: string;
  readonly images: readonly [n: number, c: number, h: number, w: number];
  /** Multiply-accumulates for one image, of convolutions and linear layers. */
  readonly macs: number;
  readonly logits: Digest;
  readonly features: readonly {
    /** Torch's [N, C, H, W]. */
    readonly shape: readonly [number, number, number, number];
    readonly digest: Digest;
  }[];
}

// Made by tooling/reference/model/unusual.py with timm.
const cases = JSON.parse(
  readFileSync(new URL('./fixtures/unusual.json', import.meta.url), 'utf8'),
) as Case[];

registerTensorflowKernels();
registerWasmKernels();
registerWebgpuKernels();

describe('odd sizes, batches and output strides, against timm', () => {
  it.each(cases)('$name, output stride $outputStride, $images: MACs', (reference) => {
    const { name, outputStride, images, macs } = reference;
    const [, inChannels, h, w] = images;
    const rows = layerTable(modelConfig(name, { outputStride, inChannels }), [h, w]);
    expect(rows.reduce((sum, row) => sum + row.macs, 0)).toBe(macs);
  });

  describeBackends(['wasm', 'tensorflow', 'webgpu'], (backend) => {
    for (const { name, outputStride, branchEnd, images: shape, ...reference } of cases) {
      const [n, c, h, w] = shape;
      // One net with a pool that no other test runs there: its devices may be simulated, and slow.
      if (backend === 'webgpu' && !(name === 'resnet18d' && outputStride === 8)) continue;
      const title = `${name}, output stride ${outputStride}, ${n} of ${h}x${w}x${c}`;
      it(`${title}: logits, feature maps`, { timeout: 60_000 }, async () => {
        const before = tf.memory().numTensors;
        const config = modelConfig(name, { outputStride, inChannels: c });
        const model = ResNet.fromStateDict(config, conditionedState(config, branchEnd));
        const images = tf.tensor4d(formulaImages(shape), [n, h, w, c]);

        const logits = model.forward(images);
        expect(logits.shape).toEqual([n, config.numClasses]);
        const received = sampleDigest('logits', await logits.data<'float32'>(), (i) => i);
        expect(distance(received, reference.logits, 0), 'logits').toBeLessThan(1e-4);
        logits.dispose();

        const maps = model.features(images);
        expect(maps.map(torchShape)).toEqual(reference.features.map((map) => map.shape));
        const apart: number[] = [];
        for (const [i, map] of maps.entries()) {
          const data = await map.data<'float32'>();
          const digest = sampleDigest(`feature ${i}`, data, placeOf(map.shape));
          apart.push(distance(digest, reference.features[i]!.digest, 0));
        }
        expect(apart.filter((relative) => !(relative < 1e-4))).toEqual([]);
        tf.dispose([images, ...maps]);
        model.dispose();
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  });
});

function torchShape({ shape: [n, h, w, c] }: tf.Tensor4D): [number, number, number, number] {
  return [n, c, h, w];
}

/** Where an element of torch's [N, C, H, W] lies in [N, H, W, C]. */
function placeOf([, h, w, c]: readonly number[]): (torchIndex: number) => number {
  const pixels = h! * w!;
  return (index) => {
    const pixel = index % pixels;
    const channel = Math.floor(index / pixels) % c!;
    const image = Math.floor(index / (pixels * c!));
    return (image * pixels + pixel) * c! + channel;
  };
}
