import type * as tf from '@tensorflow/tfjs-core';

import type {
  ConvBatchNormKernels,
  ConvBatchNormSpec,
  FusedConvBatchNorm,
} from '../../../ops/conv-batch-norm.ts';
import { float, integer, integers, type } from '../attributes.ts';
import { handles } from '../backend.ts';
import type { Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { isConv2dSupported } from './conv2d.ts';
import { isSupported } from './is-supported.ts';
import { opNames } from './op-names.ts';

/* oxlint-disable typescript/no-unsafe-type-assertion -- the ranks are the op's */

/**
 * Convolutions with their batch norms, a residual block's at once, as one op of `@resnet/native`, and
 * their gradients as another.
 */
export function createConvBatchNorm(executor: Executor): Implementation<ConvBatchNormKernels> {
  return {
    fuse: {
      isSupported: (blocks) => areSupported(blocks, executor),
      run: (blocks) => fuse(blocks, executor),
    },
  };
}

function areSupported(blocks: readonly ConvBatchNormSpec[], { dtype }: Executor): boolean {
  const { epsilon } = blocks[0]!.settings;
  return (
    blocks.every(
      ({ filterShape, geometry, settings, input }) =>
        settings.epsilon === epsilon &&
        geometry.dilation === 1 &&
        isConv2dSupported(filterShape, geometry, dtype) &&
        isConv2dSupported(filterShape, geometry, dtype, 'filter') &&
        (input === 0 || isConv2dSupported(filterShape, geometry, dtype, 'input')),
    ) && isSupported()
  );
}

function fuse(
  blocks: readonly ConvBatchNormSpec[],
  { dtype, execute }: Executor,
): FusedConvBatchNorm {
  const { epsilon } = blocks[0]!.settings;
  const program = integers('blocks', blocks.flatMap(settingsOf));
  // The gradient takes each block's convolved image and, with an addend, its output; the last's is known.
  const extra = blocks.slice(0, -1).filter(({ addend }) => addend !== undefined);
  const images = blocks.length + extra.length;
  const counts = [integer('scalars', 3 * blocks.length), integer('images', images)];
  const hasAddend = blocks.at(-1)!.addend !== undefined;
  return {
    forward(x, parameters) {
      const attributes = [type('T', dtype), ...counts, program, float('epsilon', epsilon)];
      const scalars = parameters.flatMap(({ filter, scale, offset }) => [filter, scale, offset]);
      const operands = [x, ...handles(scalars)];
      const count = 1 + images + 3 * blocks.length;
      const results = execute(opNames.convBatchNorm, attributes, operands, count);
      const vectors = results.slice(1 + images) as tf.Tensor1D[];
      return {
        output: results[0] as tf.Tensor4D,
        statistics: blocks.map((_, i) => ({
          mean: vectors[3 * i]!,
          variance: vectors[3 * i + 1]!,
        })),
        saved: [...results.slice(1, 1 + images), ...vectors.filter((_, i) => i % 3 === 2)],
      };
    },

    hasInputGradient: blocks.every(
      ({ filterShape, geometry, input }) =>
        input > 0 || isConv2dSupported(filterShape, geometry, dtype, 'input'),
    ),

    gradient(dy, x, output, parameters, saved, byInput) {
      const attributes = [
        type('T', dtype),
        integer('inputs', Number(byInput)),
        integer('outputs', Number(hasAddend)),
        ...counts,
        program,
      ];
      const scalars = parameters.flatMap(({ filter, scale }, i) => [
        filter,
        scale,
        saved[images + i]!,
      ]);
      const operands = [
        dy,
        x,
        ...(hasAddend ? [output!] : []),
        ...saved.slice(0, images),
        ...handles(scalars),
      ];
      const count = Number(byInput) + 3 * blocks.length;
      const results = execute(opNames.convBatchNormGradient, attributes, operands, count);
      const byX = byInput ? (results.shift() as tf.Tensor4D) : undefined;
      return {
        x: byX,
        parameters: blocks.map((_, i) => ({
          filter: results[3 * i] as tf.Tensor4D,
          scale: results[3 * i + 1] as tf.Tensor1D,
          offset: results[3 * i + 2] as tf.Tensor1D,
        })),
      };
    },
  };
}

/* oxlint-enable typescript/no-unsafe-type-assertion */

/** A block as the C++ reads it. */
function settingsOf({ input, addend, settings, geometry }: ConvBatchNormSpec): number[] {
  const { stride, padding } = geometry;
  return [input, addend ?? -1, Number(settings.activation === 'relu'), stride, padding];
}
