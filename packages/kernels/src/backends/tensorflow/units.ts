import type * as tf from '@tensorflow/tfjs-core';

import type { ConvBatchNormUnit, FusedUnits } from '../../primitives.ts';
import { float, integer, integers, type } from './attributes.ts';
import { handles } from './backend.ts';
import type { Executor } from './executor.ts';
import { suitsOwn } from './own-convolution.ts';
import { hasOwnOperations } from './own-operations.ts';

/* oxlint-disable typescript/no-unsafe-type-assertion -- the ranks are the operation's */

/**
 * Convolutions with their batch norms, a residual block's at once, as an operation of
 * `@resnet/native`, and their gradients as another.
 */
export function fuseUnitsOn(
  on: Executor,
): (units: readonly ConvBatchNormUnit[]) => FusedUnits | undefined {
  const { dtype } = on;

  function isOwn({ filterShape, geometry, input }: ConvBatchNormUnit): boolean {
    return (
      geometry.dilation === 1 &&
      suitsOwn(filterShape, geometry, dtype) &&
      suitsOwn(filterShape, geometry, dtype, 'filter') &&
      (input === 0 || suitsOwn(filterShape, geometry, dtype, 'input'))
    );
  }

  return (units) => {
    const { epsilon } = units[0]!.settings;
    const fits = units.every((unit) => unit.settings.epsilon === epsilon && isOwn(unit));
    if (!fits || !hasOwnOperations()) return undefined;
    const program = integers('units', units.flatMap(numbersOf));
    // What the gradient takes of each unit: what its convolution gave, and with an addend what it gives; the
    // last's is known.
    const kept = units.slice(0, -1).filter(({ addend }) => addend !== undefined);
    const images = units.length + kept.length;
    const counts = [integer('scalars', 3 * units.length), integer('images', images)];
    const hasAddend = units.at(-1)!.addend !== undefined;
    return {
      training(x, parameters) {
        const attributes = [type('T', dtype), ...counts, program, float('epsilon', epsilon)];
        const scalars = parameters.flatMap(({ filter, scale, offset }) => [filter, scale, offset]);
        const operands = [x, ...handles(scalars)];
        const count = 1 + images + 3 * units.length;
        const results = on.execute('ResnetUnits', attributes, operands, count);
        const numbers = results.slice(1 + images) as tf.Tensor1D[];
        return {
          output: results[0] as tf.Tensor4D,
          statistics: units.map((_, i) => ({
            mean: numbers[3 * i]!,
            variance: numbers[3 * i + 1]!,
          })),
          saved: [...results.slice(1, 1 + images), ...numbers.filter((_, i) => i % 3 === 2)],
        };
      },

      hasInputGradient: units.every(
        ({ filterShape, geometry, input }) =>
          input > 0 || suitsOwn(filterShape, geometry, dtype, 'input'),
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
        const count = Number(byInput) + 3 * units.length;
        const results = on.execute('ResnetUnitsGrad', attributes, operands, count);
        const byX = byInput ? (results.shift() as tf.Tensor4D) : undefined;
        return {
          x: byX,
          parameters: units.map((_, i) => ({
            filter: results[3 * i] as tf.Tensor4D,
            scale: results[3 * i + 1] as tf.Tensor1D,
            offset: results[3 * i + 2] as tf.Tensor1D,
          })),
        };
      },
    };
  };
}
/* oxlint-enable typescript/no-unsafe-type-assertion */

function numbersOf({ input, addend, settings, geometry }: ConvBatchNormUnit): number[] {
  const { stride, padding } = geometry;
  return [input, addend ?? -1, Number(settings.activation === 'relu'), stride, padding];
}
