import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, it } from 'vitest';

import { runHereAndOnCpu } from '../../test/against-cpu.ts';
import { convOutputSize } from '../geometry.ts';
import { primitives } from '../registry.ts';
import { registerTensorflowKernels } from './index.ts';

// Channels that the operation of our own takes, around the sizes of its panels, tiles and chunks.
const cases = [
  { what: 'padding and a stride', x: [2, 9, 7, 22], out: 32, kernel: 3, stride: 2, padding: 1 },
  {
    what: 'an image within a window',
    x: [16, 2, 2, 16],
    out: 16,
    kernel: 3,
    stride: 1,
    padding: 1,
  },
  { what: 'one pixel, strided', x: [1, 40, 41, 17], out: 16, kernel: 1, stride: 2, padding: 0 },
  { what: 'several tiles', x: [3, 8, 8, 70], out: 80, kernel: 3, stride: 1, padding: 1 },
  { what: 'long rows', x: [1, 5, 300, 16], out: 16, kernel: 3, stride: 1, padding: 1 },
  { what: 'chunks of unequal rows', x: [1, 37, 29, 16], out: 16, kernel: 5, stride: 1, padding: 0 },
  { what: 'chunks of images', x: [11, 7, 7, 16], out: 48, kernel: 1, stride: 1, padding: 0 },
] as const;

describeBackends(['tensorflow'], () => {
  beforeAll(() => registerTensorflowKernels());

  it.each(cases)('of $what is what the cpu backend makes it', async (given) => {
    const { kernel, stride, padding, out } = given;
    const [batch, height, width, channels] = given.x;
    const geometry = { stride, padding, dilation: 1, groups: 1 };
    const outputs = [height, width].map((size) => convOutputSize(size, kernel, geometry));
    const { here, onCpu } = await runHereAndOnCpu('tensorflow', (p) => {
      const x = tf.randomNormal<tf.Rank.R4>([...given.x], 0, 1, 'float32', 1);
      const dyShape: [number, number, number, number] = [batch, outputs[0]!, outputs[1]!, out];
      const dy = tf.randomNormal<tf.Rank.R4>(dyShape, 0, 1, 'float32', 2);
      const gradient = p.conv2dFilterGradient(x, dy, [kernel, kernel, channels, out], geometry);
      tf.dispose([x, dy]);
      return [gradient];
    });
    const pixels = batch * outputs[0]! * outputs[1]!;
    expect(here).toBeAllClose(onCpu, { rtol: 1e-5, atol: 2e-6 * Math.sqrt(pixels) });
  });

  it('gives the same bits each time', async () => {
    const x = tf.randomNormal<tf.Rank.R4>([4, 30, 30, 64], 0, 1, 'float32', 1);
    const dy = tf.randomNormal<tf.Rank.R4>([4, 30, 30, 64], 0, 1, 'float32', 2);
    const take = async (): Promise<unknown> => {
      const geometry = { stride: 1, padding: 1, dilation: 1, groups: 1 };
      const gradient = primitives().conv2dFilterGradient(x, dy, [3, 3, 64, 64], geometry);
      const values = await gradient.data();
      gradient.dispose();
      return values;
    };
    const first = await take();
    for (let i = 0; i < 5; i++) expect(await take()).toEqual(first);
    tf.dispose([x, dy]);
  });
});
