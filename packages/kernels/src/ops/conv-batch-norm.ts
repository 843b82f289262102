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
import { KernelSet } from '../kernel-set.ts';
import { gradientsOf } from '../tfjs/checkpoint.ts';
import { differentiable } from '../tfjs/tape.ts';
import { addRelu } from './add-relu.ts';
import type { BatchNormOptions, BatchNormSettings } from './batch-norm.ts';
import {
  batchNormTraining,
  checkSeveral,
  type BatchNormStatistics,
} from './batch-norm-training.ts';
import { conv2d, convGeometry, type Conv2dOptions } from './conv2d.ts';

/** A conv-BN block: a convolution, batch norm of its output, and the sum and ReLU that may follow. */
export interface ConvBatchNorm extends Conv2dOptions, BatchNormOptions {
  /** `[kh, kw, Ci / groups, Co]` */
  readonly filter: tf.Tensor4D;
  /** `[Co]` */
  readonly scale: tf.Tensor1D;
  /** `[Co]` */
  readonly offset: tf.Tensor1D;
  /** Which value it takes: 0 is x, i + 1 the output of block i. */
  readonly input: number;
  /** Which is added before the ReLU, that is then always there: how a residual block ends. */
  readonly addend?: number;
}

/** What `convBatchNormTraining` returns; the caller owns all of it. */
export interface ConvBatchNormResult {
  /** Of the last block. */
  readonly output: tf.Tensor4D;
  /** Of each block's batch norm, as `batchNormTraining` returns them. */
  readonly statistics: readonly BatchNormStatistics[];
}

/** A {@link ConvBatchNorm} without its tensors. */
export interface ConvBatchNormSpec {
  readonly filterShape: Shape4D;
  readonly geometry: ConvGeometry;
  readonly settings: BatchNormSettings;
  readonly input: number;
  readonly addend: number | undefined;
}

/** The parameters of a conv-BN block, or the gradients by them. */
export interface ConvBatchNormParameters {
  readonly filter: tf.Tensor4D;
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
}

/** Conv-BN blocks in training as a backend runs them together. */
export interface FusedConvBatchNorm {
  readonly forward: (
    x: tf.Tensor4D,
    parameters: readonly ConvBatchNormParameters[],
  ) => ConvBatchNormResult & {
    /** For `gradient`: what is in it is the backend's own business. */
    readonly saved: readonly tf.Tensor[];
  };
  /** Whether `gradient` takes `byInput`. */
  readonly hasInputGradient: boolean;
  /** `output` is the forward pass's, given where the last block has an addend. */
  readonly gradient: (
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    output: tf.Tensor4D | undefined,
    parameters: readonly Pick<ConvBatchNormParameters, 'filter' | 'scale'>[],
    saved: readonly tf.Tensor[],
    byInput: boolean,
  ) => FusedConvBatchNormGradients;
}

/** What {@link FusedConvBatchNorm} gives back in the backward pass. */
export interface FusedConvBatchNormGradients {
  /** Where `byInput` asks for it. */
  readonly x: tf.Tensor4D | undefined;
  readonly parameters: readonly ConvBatchNormParameters[];
}

/** What backends replace of `convBatchNormTraining`. */
export interface ConvBatchNormKernels {
  /** Undefined where the backend cannot run the blocks together: they then run op by op. */
  readonly fuse: (blocks: readonly ConvBatchNormSpec[]) => FusedConvBatchNorm | undefined;
}

/** The kernels of `convBatchNormTraining`. */
export const convBatchNormKernels: KernelSet<ConvBatchNormKernels> =
  /* @__PURE__ */ new KernelSet<ConvBatchNormKernels>({ fuse: () => undefined });

/**
 * Blocks of `conv2d`, `batchNormTraining` and perhaps `addRelu`, from x `[N, H, W, C]` to the output
 * of the last: a residual block, as one op where the backend has it. The caller owns all results, as
 * of `batchNormTraining`. Differentiable in x and every block's filter, scale and offset; of these
 * all gradients are computed where one is asked for.
 *
 * @throws {KernelError} SHAPE_MISMATCH when the shapes do not fit each other or a channel has one value
 *   only; OPTION_INVALID when an option is not a whole number, a block takes what no block before it
 *   gives, has an addend and another activation than ReLU, or gives what none takes
 */
export function convBatchNormTraining(
  x: tf.Tensor4D,
  blocks: readonly ConvBatchNorm[],
): ConvBatchNormResult {
  check(x, blocks);
  const fused = convBatchNormKernels.active().fuse(blocks.map(specOf));
  return fused === undefined ? oneByOne(x, blocks) : together(x, blocks, fused);
}

const operation = 'convBatchNormTraining';

function specOf(block: ConvBatchNorm): ConvBatchNormSpec {
  const { filter, epsilon, activation = 'none', input, addend } = block;
  const settings = { epsilon, activation };
  return { filterShape: filter.shape, geometry: convGeometry(block), settings, input, addend };
}

function invalid(message: string): KernelError {
  return new KernelError('OPTION_INVALID', `${operation}: ${message}`);
}

function check(x: tf.Tensor4D, blocks: readonly ConvBatchNorm[]): void {
  const shapes: Shape4D[] = [x.shape];
  const taken = new Set<number>();
  for (const [i, block] of blocks.entries()) {
    const { filter, scale, offset, input, addend, activation = 'none' } = block;
    for (const value of addend === undefined ? [input] : [input, addend]) {
      checkInteger(operation, `what conv-BN block ${i} takes`, value, 0);
      if (value > i) {
        throw invalid(`expected conv-BN block ${i} to take a value up to ${i}, received ${value}`);
      }
      taken.add(value);
    }
    checkConv(operation, shapes[input]!, filter.shape, convGeometry(block));
    const shape = convOutputShape(shapes[input]!, filter.shape, convGeometry(block));
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
  const lost = blocks.findIndex((_, i) => i < blocks.length - 1 && !taken.has(i + 1));
  if (blocks.length === 0) throw invalid('expected one conv-BN block at least, received none');
  if (lost !== -1) {
    throw invalid(`expected a conv-BN block that takes the output of block ${lost}, received none`);
  }
}

function oneByOne(x: tf.Tensor4D, blocks: readonly ConvBatchNorm[]): ConvBatchNormResult {
  return tf.tidy(() => {
    const values = [x];
    const statistics = blocks.map((block): BatchNormStatistics => {
      const { filter, scale, offset, input, addend, epsilon, activation = 'none' } = block;
      const convolved = conv2d(values[input]!, filter, convGeometry(block));
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
  blocks: readonly ConvBatchNorm[],
  fused: FusedConvBatchNorm,
): ConvBatchNormResult {
  let statistics: readonly BatchNormStatistics[];
  const hasAddend = blocks.at(-1)!.addend !== undefined;
  const named = blocks.flatMap(({ filter, scale, offset }, i) => [
    [`filter${i}`, filter] as const,
    [`scale${i}`, scale] as const,
    [`offset${i}`, offset] as const,
  ]);
  const inputs: Record<string, tf.Tensor> = Object.fromEntries([['x', x], ...named]);
  const [output] = differentiable({
    inputs,
    forward: (save: (tensors: tf.Tensor[]) => void, saveAuxiliary): [tf.Tensor4D] => {
      const result = fused.forward(x, blocks);
      const parameters = named.map(([, tensor]) => tensor);
      save([x, ...parameters, ...(hasAddend ? [result.output] : []), ...result.saved]);
      statistics = result.statistics;
      saveAuxiliary(...statistics.flatMap(({ mean, variance }) => [mean, variance]));
      return [result.output];
    },
    backward: ([dy], saved, releaseLater) => {
      /* oxlint-disable typescript/no-unsafe-type-assertion -- as they were saved */
      const savedX = saved[0] as tf.Tensor4D;
      const parameters = blocks.map((_, i) => ({
        filter: saved[1 + 3 * i] as tf.Tensor4D,
        scale: saved[2 + 3 * i] as tf.Tensor1D,
        offset: saved[3 + 3 * i] as tf.Tensor1D,
      }));
      const rest = saved.slice(1 + 3 * blocks.length);
      const savedOutput = hasAddend ? (rest.shift() as tf.Tensor4D) : undefined;
      /* oxlint-enable typescript/no-unsafe-type-assertion */
      let known: FusedConvBatchNormGradients | undefined;
      const gradients = (byInput: boolean): FusedConvBatchNormGradients => {
        if (known !== undefined) return known;
        known = fused.gradient(dy, savedX, savedOutput, parameters, rest, byInput);
        releaseLater(
          ...known.parameters.flatMap(({ filter, scale, offset }) => [filter, scale, offset]),
        );
        return known;
      };
      const byX = (): tf.Tensor => {
        if (fused.hasInputGradient) return gradients(true).x!;
        const again = blocks.map((block, i) => ({ ...block, ...parameters[i]! }));
        const compute = (input: tf.Tensor4D) => oneByOne(input, again).output;
        return gradientsOf(compute, savedX, [], dy)[0]!;
      };
      const byParameters = blocks.flatMap((_, i) =>
        (['filter', 'scale', 'offset'] as const).map(
          (name) => [`${name}${i}`, () => gradients(false).parameters[i]![name]] as const,
        ),
      );
      return { x: byX, ...Object.fromEntries(byParameters) };
    },
  });
  return { output, statistics: statistics! };
}
