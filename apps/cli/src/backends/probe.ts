import { performance } from 'node:perf_hooks';

import { conv2d } from '@resnet/kernels';
import { Random } from '@resnet/random';
import * as tf from '@tensorflow/tfjs-core';

/** What a backend was found to do, in a process of its own. */
export interface Probe {
  readonly detail: string;
  /** Largest difference to the cpu backend over a convolution and its gradients, relative to the largest value. */
  readonly maxError: number;
  readonly gflops: number;
  /** The convolution that was timed: '8x56x56x64, 3x3'. */
  readonly convolution: string;
}

/** What the process of a probe answers. */
export type ProbeAnswer =
  | { readonly problem: string; readonly hint?: string }
  | (Probe & {
      /** Why `auto` passes it over although it works. */
      readonly onlyByName?: string;
    });

type Shape = readonly [batch: number, side: number, channels: number];

// From small to the size of ResNet-18's first stage; a slow backend stays with the small one.
const timed: readonly Shape[] = [
  [1, 14, 32],
  [2, 28, 64],
  [8, 56, 64],
];

/** Times a 3x3 convolution on the current backend: the fastest of a few runs. */
export async function measure(
  seconds = 1,
): Promise<{ readonly gflops: number; readonly convolution: string }> {
  let best = { gflops: 0, convolution: '' };
  for (const [batch, side, channels] of timed) {
    const operations = 2 * batch * side * side * channels * channels * 9;
    const x = tf.ones<tf.Rank.R4>([batch, side, side, channels]);
    const filter = tf.ones<tf.Rank.R4>([3, 3, channels, channels]);
    const run = async (): Promise<number> => {
      const start = performance.now();
      const y = tf.tidy(() => tf.sum(conv2d(x, filter, { padding: 1 })));
      await y.data(); // the end of the work, also on a device
      y.dispose();
      return (performance.now() - start) / 1000;
    };
    const first = await run(); // compiles shaders, plans threads
    let fastest = Number.POSITIVE_INFINITY;
    const end = performance.now() + seconds * 500;
    let runs = 0;
    while (runs < 3 || (performance.now() < end && runs < 50)) {
      fastest = Math.min(fastest, await run());
      runs++;
      if (first > seconds) break;
    }
    tf.dispose([x, filter]);
    best = {
      gflops: operations / fastest / 1e9,
      convolution: `${batch}x${side}x${side}x${channels}, 3x3`,
    };
    if (fastest > seconds / 20) break;
  }
  return best;
}

/** A strided convolution's result and gradients on the current backend, as plain numbers. */
async function convolve(): Promise<Float32Array[]> {
  const random = new Random(1);
  const values = (size: number): Float32Array =>
    Float32Array.from({ length: size }, () => random.normal());
  const x = tf.tensor4d(values(2 * 9 * 9 * 8), [2, 9, 9, 8]);
  const filter = tf.tensor4d(values(3 * 3 * 8 * 16), [3, 3, 8, 16]);
  const weights = tf.tensor4d(values(2 * 5 * 5 * 16), [2, 5, 5, 16]);
  const apply = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Tensor4D =>
    conv2d(a, b, { stride: 2, padding: 1 });
  const y = tf.tidy(() => apply(x, filter));
  const gradients = tf.grads((a, b) => apply(as4d(a), as4d(b)))([x, filter], weights);
  const results = [y, ...gradients];
  const read = await Promise.all(
    results.map(async (tensor) => Float32Array.from(await tensor.data())),
  );
  tf.dispose([x, filter, weights, ...results]);
  return read;
}

/** tf.grads passes its inputs on without their rank; tf.reshape, without a gradient here, cannot restore it. */
function as4d(tensor: tf.Tensor): tf.Tensor4D {
  if (isRank4(tensor)) return tensor;
  throw new Error(`expected a tensor of rank 4, received rank ${tensor.rank}`);
}

function isRank4(tensor: tf.Tensor): tensor is tf.Tensor4D {
  return tensor.rank === 4;
}

/** Compares a backend with the cpu backend, which must be registered; the backend is current afterwards. */
export async function compareWithCpu(backend: string): Promise<number> {
  await tf.setBackend('cpu');
  const expected = await convolve();
  await tf.setBackend(backend);
  const received = await convolve();
  let worst = 0;
  for (const [i, wanted] of expected.entries()) {
    const scale = Math.max(...wanted.map(Math.abs));
    const values = received[i] ?? new Float32Array();
    for (let j = 0; j < wanted.length; j++) {
      const difference = Math.abs((values[j] ?? Number.NaN) - (wanted[j] ?? 0)) / scale;
      // NaN is as wrong as can be; a plain Math.max would keep it, a comparison would lose it.
      worst = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(worst, difference);
    }
  }
  return worst;
}
