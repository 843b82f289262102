import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { runHereAndOnCpu } from '../../../../test/against-cpu.ts';
import { convOutputShape, type ConvGeometry, type Shape4D } from '../../../geometry.ts';
import { compile } from '../../../graph/compile.ts';
import { registerTensorflowKernels } from '../index.ts';
import { conv2dKernels } from '../../../ops/conv2d.ts';

interface Case extends Partial<ConvGeometry> {
  readonly what: string;
  readonly x: Shape4D;
  readonly out: number;
  readonly kernel: number;
}

// Channels that the native kernels take, around the sizes of their panels, tiles and blocks.

/** 3 x 3, stride 1, and enough of them: Winograd's filtering. */
const byTiles: readonly Case[] = [
  { what: 'whole tiles', x: [2, 24, 16, 16], out: 32, kernel: 3, padding: 1 },
  { what: 'tiles over the edge', x: [3, 21, 18, 32], out: 16, kernel: 3, padding: 1 },
  { what: 'tiles without padding', x: [1, 23, 26, 16], out: 16, kernel: 3 },
  { what: 'tiles of padding', x: [4, 9, 13, 16], out: 48, kernel: 3, padding: 2 },
  { what: 'many tiles', x: [16, 33, 31, 16], out: 16, kernel: 3, padding: 1 },
  { what: 'filters in several blocks', x: [1, 13, 12, 208], out: 224, kernel: 3, padding: 1 },
  { what: 'images in several blocks', x: [2, 28, 27, 192], out: 32, kernel: 3, padding: 1 },
];

/** Sums over the taps. */
const byTaps: readonly Case[] = [
  { what: 'an image within a window', x: [16, 2, 2, 16], out: 16, kernel: 3, padding: 1 },
  { what: 'a stride', x: [2, 9, 7, 32], out: 32, kernel: 3, stride: 2, padding: 1 },
  { what: 'a stride over pixels', x: [1, 10, 11, 16], out: 32, kernel: 3, stride: 4, padding: 1 },
  { what: 'dilation', x: [2, 11, 12, 16], out: 16, kernel: 3, padding: 2, dilation: 2 },
  { what: 'dilation and a stride', x: [1, 15, 12, 16], out: 16, kernel: 3, stride: 2, dilation: 3 },
  { what: 'much padding', x: [1, 6, 5, 16], out: 16, kernel: 3, padding: 4 },
  { what: 'several blocks of pixels', x: [3, 8, 9, 80], out: 144, kernel: 5, padding: 2 },
  { what: 'a long row', x: [1, 5, 300, 16], out: 16, kernel: 5, padding: 1 },
  { what: 'few channels', x: [2, 30, 33, 3], out: 32, kernel: 7, stride: 2, padding: 3 },
  { what: 'few channels, dilated', x: [1, 12, 12, 4], out: 16, kernel: 3, dilation: 2, padding: 1 },
  { what: 'channels of no panel', x: [2, 9, 7, 22], out: 32, kernel: 3, stride: 2, padding: 1 },
  // One tap.
  { what: 'one pixel', x: [5, 9, 7, 48], out: 64, kernel: 1 },
  { what: 'one pixel, much depth', x: [1, 5, 5, 528], out: 16, kernel: 1 },
  { what: 'one pixel, strided', x: [2, 20, 21, 16], out: 48, kernel: 1, stride: 2 },
  { what: 'one pixel, padded', x: [2, 8, 6, 32], out: 16, kernel: 1, padding: 1 },
  { what: 'one pixel, many of them', x: [3, 60, 60, 96], out: 16, kernel: 1 },
];

/** The sums of a convolution and of its gradients, each brought to variance 1. */
function sumsOf(
  given: Case,
  { filter, dy, x }: Record<'filter' | 'dy' | 'x', tf.Tensor4D>,
): tf.Tensor[] {
  const { stride = 1, padding = 0, dilation = 1 } = given;
  const geometry = { stride, padding, dilation, groups: 1 };
  const toOne = (value: tf.Tensor, products: number): tf.Tensor =>
    tf.div(value, Math.sqrt(products));
  const [kh, kw, channels, out] = filter.shape;
  return [
    toOne(conv2dKernels.active().forward(x, filter, geometry), kh * kw * channels),
    toOne(conv2dKernels.active().inputGradient(dy, filter, given.x, geometry), kh * kw * out),
    toOne(conv2dKernels.active().filterGradient(x, dy, filter.shape, geometry), dy.size / out),
  ];
}

/** Values that bfloat16 has: the nearest, or next to it. */
const toBfloat16 = (values: tf.Tensor4D): tf.Tensor4D => {
  const bits = new Uint32Array(values.dataSync<'float32'>().slice().buffer);
  const rounded = bits.map((each) => (each + 0x8000) & 0xffff0000);
  return tf.tensor4d(new Float32Array(rounded.buffer), values.shape);
};

const normal = (shape: Shape4D, seed: number): tf.Tensor4D => {
  const [batch, height, width, channels] = shape;
  return tf.randomNormal<tf.Rank.R4>([batch, height, width, channels], 0, 1, 'float32', seed);
};

function operands(given: Case): Record<'filter' | 'dy' | 'x', tf.Tensor4D> {
  const { kernel, out, stride = 1, padding = 0, dilation = 1 } = given;
  const filterShape: Shape4D = [kernel, kernel, given.x[3], out];
  const shape = convOutputShape(given.x, filterShape, { stride, padding, dilation, groups: 1 });
  return { filter: normal(filterShape, 3), dy: normal(shape, 2), x: normal(given.x, 1) };
}

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  it.each([
    ...byTiles.map((given) => ({ ...given, rtol: 0, atol: 2e-5 })),
    ...byTaps.map((given) => ({ ...given, rtol: 1e-5, atol: 5e-6 })),
  ])('of $what is what the cpu backend makes it, and its gradients', async (given) => {
    const { rtol, atol } = given;
    const { here, onCpu } = await runHereAndOnCpu('tensorflow', () =>
      sumsOf(given, operands(given)),
    );
    expect(here).toBeAllClose(onCpu, { rtol, atol });
  });

  describe('in bfloat16', () => {
    beforeAll(() => registerTensorflowKernels({ precision: 'bfloat16' }));
    afterAll(() => registerTensorflowKernels());

    it.each([...byTiles, ...byTaps])(
      'of $what is the cpu backend’s, rounded, and its gradients',
      async (given) => {
        const { filter, dy, x } = operands(given);
        const { here, onCpu } = await runHereAndOnCpu('tensorflow', () =>
          sumsOf(given, { filter: toBfloat16(filter), dy: toBfloat16(dy), x: toBfloat16(x) }),
        );
        const last = here.length - filter.size;
        // Half of the last of 8 bits, on either side; but for the filter's gradient, float32.
        expect(here.slice(0, last)).toBeAllClose(onCpu.slice(0, last), {
          rtol: 2 ** -8,
          atol: 1e-4,
        });
        expect(here.slice(last)).toBeAllClose(onCpu.slice(last), { rtol: 1e-5, atol: 2e-5 });
        tf.dispose([filter, dy, x]);
      },
    );
  });

  it.each([
    { what: 'by tiles', size: 20, stride: 1 },
    { what: 'by taps', size: 20, stride: 2 },
  ])('in a graph, $what, takes bias, addend and ReLU', async ({ size, stride }) => {
    const geometry = { stride, padding: 1, dilation: 1, groups: 1 };
    const image: Shape4D = [1, size, size, 32];
    const bias = normal([1, 1, 1, 32], 4);
    const filter = normal([3, 3, 32, 32], 5);
    const addendFilter = normal([1, 1, 32, 32], 6);
    const [x, other] = [normal(image, 7), normal([2, size + 3, size, 32], 8)];
    const executable = compile({
      nodes: [
        {
          op: {
            type: 'conv2d',
            weights: { filter: tf.clone(addendFilter) },
            activation: 'none',
            ...geometry,
            padding: 0,
          },
          inputs: [0],
        },
        {
          op: {
            type: 'conv2d',
            weights: { filter: tf.clone(filter), bias: tf.reshape(bias, [32]) },
            activation: 'relu',
            ...geometry,
          },
          inputs: [0, 1],
        },
      ],
    });
    // Filters are made ready at the first run, for images of any size.
    for (const input of [x, other, x]) {
      const received = executable.run(input);
      const expected = tf.tidy(() => {
        const addend = conv2dKernels
          .active()
          .forward(input, addendFilter, { ...geometry, padding: 0 });
        const y = conv2dKernels.active().forward(input, filter, geometry);
        return tf.relu(tf.add(tf.add(y, bias), addend));
      });
      expect(received.shape).toEqual(expected.shape);
      expect([...(await received.data())]).toBeAllClose([...(await expected.data())], {
        rtol: 1e-5,
        atol: 1e-4,
      });
      tf.dispose([received, expected]);
    }
    executable.dispose();
    tf.dispose([bias, filter, addendFilter, x, other]);
  });

  it('gives the same bits each time', async () => {
    const [x, dy] = [normal([4, 30, 30, 64], 1), normal([4, 30, 30, 64], 2)];
    const filter = normal([3, 3, 64, 64], 3);
    const geometry = { stride: 1, padding: 1, dilation: 1, groups: 1 };
    const take = async (): Promise<Buffer> => {
      const results = [
        conv2dKernels.active().forward(x, filter, geometry),
        conv2dKernels.active().inputGradient(dy, filter, x.shape, geometry),
        conv2dKernels.active().filterGradient(x, dy, filter.shape, geometry),
        conv2dKernels.active().filterGradient(x, dy, [1, 1, 64, 64], { ...geometry, padding: 0 }),
      ];
      const values = await Promise.all(results.map((result) => result.data()));
      tf.dispose(results);
      return Buffer.concat(values.map(({ buffer }) => Buffer.from(buffer)));
    };
    const first = await take();
    for (let i = 0; i < 5; i++) expect(first.equals(await take())).toBe(true);
    tf.dispose([x, dy, filter]);
  });
});
