import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../errors.ts';
import {
  checkConv,
  checkInteger,
  checkShape,
  convOutputShape,
  type ConvGeometry,
  type Shape4D,
} from '../geometry.ts';
import type { ConvBatchNormUnit, FusedUnits } from '../primitives.ts';
import { primitives } from '../registry.ts';
import { differentiable, gradientsOf } from '../tfjs/tape.ts';
import {
  batchNormTraining,
  checkSeveral,
  type BatchNormOptions,
  type BatchNormTrainingResult,
} from './batch-norm.ts';
import { conv2d, type Conv2dOptions } from './conv2d.ts';
import { addRelu } from './relu.ts';

/** A convolution, batch norm of what it gives, and the sum and ReLU that may follow. */
export interface ConvBatchNorm extends Conv2dOptions, BatchNormOptions {
  /** `[kh, kw, Ci / groups, Co]` */
  readonly filter: tf.Tensor4D;
  /** `[Co]` */
  readonly scale: tf.Tensor1D;
  /** `[Co]` */
  readonly offset: tf.Tensor1D;
  /** Which value it takes: 0 is x, i + 1 what unit i gives. */
  readonly input: number;
  /** Which is added before the ReLU, that is then always there: how a residual block ends. */
  readonly addend?: number;
}

export type BatchNormStatistics = Pick<BatchNormTrainingResult, 'mean' | 'variance'>;

export interface ConvBatchNormResult {
  /** Of the last unit. */
  readonly output: tf.Tensor4D;
  /** Of each unit's batch norm, as `batchNormTraining` gives them. */
  readonly statistics: readonly BatchNormStatistics[];
}

/**
 * Units of `conv2d`, `batchNormTraining` and perhaps `addRelu`, from x `[N, H, W, C]` to what the last
 * gives: residual blocks, as one operation where the backend has it. The caller owns all results, as
 * of `batchNormTraining`. Differentiable in x and every unit's filter, scale and offset; of these all
 * gradients are computed where one is asked for.
 *
 * @throws KernelError if the shapes do not fit each other, an option is not a whole number, a channel
 *   has one value only, a unit takes what no unit before it gives, has an addend and another
 *   activation than ReLU, or gives what none takes
 */
export function convBatchNormTraining(
  x: tf.Tensor4D,
  units: readonly ConvBatchNorm[],
): ConvBatchNormResult {
  check(x, units);
  const fused = primitives().fuseUnits?.(units.map(settingsOf));
  return fused === undefined ? oneByOne(x, units) : together(x, units, fused);
}

const operation = 'convBatchNormTraining';

function geometryOf({ stride = 1, padding = 0, dilation = 1, groups = 1 }: Conv2dOptions) {
  return { stride, padding, dilation, groups } satisfies ConvGeometry;
}

function settingsOf(unit: ConvBatchNorm): ConvBatchNormUnit {
  const { filter, epsilon, activation = 'none', input, addend } = unit;
  const settings = { epsilon, activation };
  return { filterShape: filter.shape, geometry: geometryOf(unit), settings, input, addend };
}

function invalid(message: string): KernelError {
  return new KernelError('INVALID_OPTION', operation, message);
}

function check(x: tf.Tensor4D, units: readonly ConvBatchNorm[]): void {
  const shapes: Shape4D[] = [x.shape];
  const taken = new Set<number>();
  for (const [i, unit] of units.entries()) {
    const { filter, scale, offset, input, addend, activation = 'none' } = unit;
    for (const value of addend === undefined ? [input] : [input, addend]) {
      checkInteger(operation, `what unit ${i} takes`, value, 0);
      if (value > i) {
        throw invalid(`expected unit ${i} to take a value up to ${i}, received ${value}`);
      }
      taken.add(value);
    }
    checkConv(operation, shapes[input]!, filter.shape, geometryOf(unit));
    const shape = convOutputShape(shapes[input]!, filter.shape, geometryOf(unit));
    checkSeveral(operation, shape);
    checkShape(operation, 'scale', scale.shape, [shape[3]]);
    checkShape(operation, 'offset', offset.shape, [shape[3]]);
    shapes.push(shape);
    if (addend === undefined) continue;
    checkShape(operation, 'addend', shapes[addend]!, shape);
    if (activation !== 'relu') {
      throw invalid(`expected activation 'relu' with an addend, received '${activation}'`);
    }
  }
  const lost = units.findIndex((_, i) => i < units.length - 1 && !taken.has(i + 1));
  if (units.length === 0) throw invalid('expected one unit at least, received none');
  if (lost !== -1) {
    throw invalid(`expected a unit that takes what unit ${lost} gives, received none`);
  }
}

function oneByOne(x: tf.Tensor4D, units: readonly ConvBatchNorm[]): ConvBatchNormResult {
  return tf.tidy(() => {
    const values = [x];
    const statistics = units.map((unit): BatchNormStatistics => {
      const { filter, scale, offset, input, addend, epsilon, activation = 'none' } = unit;
      const convolved = conv2d(values[input]!, filter, geometryOf(unit));
      const result = batchNormTraining(convolved, scale, offset, {
        epsilon,
        activation: addend === undefined ? activation : 'none',
      });
      const { output, mean, variance } = result;
      values.push(addend === undefined ? output : addRelu(output, values[addend]!));
      return { mean, variance };
    });
    return { output: values.at(-1)!, statistics };
  });
}

function together(
  x: tf.Tensor4D,
  units: readonly ConvBatchNorm[],
  fused: FusedUnits,
): ConvBatchNormResult {
  let statistics: readonly BatchNormStatistics[];
  const hasAddend = units.at(-1)!.addend !== undefined;
  const named = units.flatMap(({ filter, scale, offset }, i) => [
    [`filter${i}`, filter] as const,
    [`scale${i}`, scale] as const,
    [`offset${i}`, offset] as const,
  ]);
  const inputs: Record<string, tf.Tensor> = Object.fromEntries([['x', x], ...named]);
  const [output] = differentiable({
    inputs,
    forward: (save: (tensors: tf.Tensor[]) => void, aside): [tf.Tensor4D] => {
      const result = fused.training(x, units);
      const parameters = named.map(([, tensor]) => tensor);
      save([x, ...parameters, ...(hasAddend ? [result.output] : []), ...result.saved]);
      statistics = result.statistics;
      aside(...statistics.flatMap(({ mean, variance }) => [mean, variance]));
      return [result.output];
    },
    backward: ([dy], saved, share) => {
      /* oxlint-disable typescript/no-unsafe-type-assertion -- as they were saved */
      const savedX = saved[0] as tf.Tensor4D;
      const parameters = units.map((_, i) => ({
        filter: saved[1 + 3 * i] as tf.Tensor4D,
        scale: saved[2 + 3 * i] as tf.Tensor1D,
        offset: saved[3 + 3 * i] as tf.Tensor1D,
      }));
      const rest = saved.slice(1 + 3 * units.length);
      const savedOutput = hasAddend ? (rest.shift() as tf.Tensor4D) : undefined;
      /* oxlint-enable typescript/no-unsafe-type-assertion */
      let known: ReturnType<FusedUnits['gradient']> | undefined;
      const gradients = (byInput: boolean): ReturnType<FusedUnits['gradient']> => {
        if (known !== undefined) return known;
        known = fused.gradient(dy, savedX, savedOutput, parameters, rest, byInput);
        share(...known.parameters.flatMap(({ filter, scale, offset }) => [filter, scale, offset]));
        return known;
      };
      const byX = (): tf.Tensor => {
        if (fused.hasInputGradient) return gradients(true).x!;
        const again = units.map((unit, i) => ({ ...unit, ...parameters[i]! }));
        const compute = (input: tf.Tensor4D) => oneByOne(input, again).output;
        return gradientsOf(compute, savedX, [], dy)[0]!;
      };
      const byParameters = units.flatMap((_, i) =>
        (['filter', 'scale', 'offset'] as const).map(
          (name) => [`${name}${i}`, () => gradients(false).parameters[i]![name]] as const,
        ),
      );
      return { x: byX, ...Object.fromEntries(byParameters) };
    },
  });
  return { output, statistics: statistics! };
}
