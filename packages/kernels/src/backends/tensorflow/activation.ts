import * as tf from '@tensorflow/tfjs-core';

import type { Primitives } from '../../primitives.ts';
import { type } from './attributes.ts';
import type { Executor } from './executor.ts';
import { hasOwnOperations } from './own-operations.ts';

type ActivationPrimitives = Pick<Primitives, 'relu' | 'reluGradient' | 'addRelu'>;

export function activationOn({ dtype, run }: Executor): ActivationPrimitives {
  return {
    relu: (x) => run('Relu', [type('T', dtype)], [x]),

    /** tfjs's own gradient is `Step` and `Mul`, five operations; it took 15-20 % of a training step. */
    reluGradient: (dy, output) => run('ReluGrad', [type('T', dtype)], [dy, output]),

    addRelu<T extends tf.Tensor>(a: T, b: T): T {
      if (hasOwnOperations()) return run('ResnetAddRelu', [type('T', dtype)], [a, b]);
      const sum = run('AddV2', [type('T', dtype)], [a, b]);
      const output = run<T>('Relu', [type('T', dtype)], [sum]);
      tf.dispose(sum);
      return output;
    },
  };
}
