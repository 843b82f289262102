import * as tf from '@tensorflow/tfjs-core';

import type { Graph } from '../../../graph/graph.ts';
import { perBackend } from '../per-backend.ts';
import type { Precision } from './graph-def-writer.ts';
import { openSession } from './session.ts';
import { translate } from './translate.ts';

const answers = perBackend(() => new Map<Precision, boolean>());

/**
 * Whether this TensorFlow on this CPU has the fused convolutions that a graph is written with.
 * They are not part of its public ops, so they are tried out, once.
 */
export function hasFusedConvolution(precision: Precision): boolean {
  const known = answers();
  let answer = known.get(precision);
  if (answer === undefined) known.set(precision, (answer = tryOut(precision)));
  return answer;
}

/** max(2 * 3 + 1 + 2, 0): a filter, a bias, an addend and a ReLU, on one pixel of one channel. */
function tryOut(precision: Precision): boolean {
  const filter = tf.tensor4d([3], [1, 1, 1, 1]);
  const bias = tf.tensor1d([1]);
  const x = tf.tensor4d([2], [1, 1, 1, 1]);
  const graph: Graph = {
    nodes: [
      {
        op: {
          type: 'conv2d',
          weights: { filter, bias },
          activation: 'relu',
          stride: 1,
          padding: 0,
          dilation: 1,
          groups: 1,
        },
        inputs: [0, 0],
      },
    ],
  };
  try {
    const executable = openSession(translate(graph, true, precision)!);
    try {
      const y = executable.run(x);
      const [value] = y.dataSync();
      y.dispose();
      return value === 9;
    } finally {
      executable.dispose();
    }
  } catch {
    return false;
  } finally {
    for (const tensor of [filter, bias, x]) if (!tensor.isDisposed) tensor.dispose();
  }
}
