import type { Random } from '@resnet/random';
import * as tf from '@tensorflow/tfjs-core';

import type { Module, Network } from '../architecture/module.ts';
import { ModelError } from '../errors.ts';
import { matchesPrefix } from '../weights/match-prefix.ts';
import type { ParameterSpec } from '../weights/parameter-spec.ts';
import type { BatchStatistics, RunContext } from './run-context.ts';
import { runModule } from './run-module.ts';

/** Options of {@link ResNet.forward} and the like. */
export interface ForwardOptions {
  /** Batch norms use their batch's statistics, and dropout drops. Default false. */
  readonly training?: boolean;
  /**
   * Filled in training with each batch norm's statistics by its path (`layer1.0.bn1`), in the net's
   * order. The caller owns the tensors, inside a `tidy` or a gradient too, hands them to
   * `updateRunningStatistics` once the step stands, and disposes them.
   */
  readonly batchStatistics?: Map<string, BatchStatistics>;
  /** Where dropout and drop path draw from; needed in training by nets that have them. */
  readonly random?: Random;
  /**
   * Batch norms that stay in inference mode while training, by path or prefix: `['bn1',
   * 'layer1']`. Fine-tuning freezes them together with their weights.
   */
  readonly freezeBatchNorm?: readonly string[];
  /**
   * Less memory for more time in training: of the blocks, only the inputs of some are kept for the
   * backward pass, which computes the rest again (gradient checkpointing). Gradients, batch
   * statistics and what is drawn are the same. `features` keeps everything all the same.
   * Default false.
   */
  readonly gradientCheckpointing?: boolean;
}

/**
 * Runs modules one after the other, so depth costs no stack, and holds one module's values at a
 * time. `keeps` says which outputs stay when the next module has run.
 */
export function runModules(
  modules: readonly Module[],
  input: tf.Tensor,
  context: RunContext,
  keeps: (module: Module, output: tf.Tensor) => boolean = () => false,
): tf.Tensor {
  let x = input;
  let isKept = true;
  for (const module of modules) {
    const output = runModule(module, x, context);
    if (!isKept && output !== x) x.dispose();
    isKept = keeps(module, output) || (output === x && isKept);
    x = output;
  }
  return x;
}

/** The modules before the last feature map, or those after it. */
export function modulesOf(network: Network, part: Module['part']): readonly Module[] {
  return network.modules.filter((module) => module.part === part);
}

/** What options mean to modules. Batch statistics are kept from every tidy: the caller owns them. */
export function contextOf(
  tensorOf: (spec: ParameterSpec) => tf.Tensor,
  { training = false, batchStatistics, random, freezeBatchNorm = [] }: ForwardOptions,
): RunContext {
  return {
    tensorOf,
    training,
    random: training ? random : undefined,
    trainsBatchNorm: (path) => training && !matchesPrefix(path, freezeBatchNorm),
    onBatchStatistics: (path, statistics) => {
      if (batchStatistics === undefined) {
        tf.dispose([statistics.mean, statistics.variance]);
      } else {
        // Kept from the tidy of the module, of the caller and of the gradient.
        tf.keep(statistics.mean);
        tf.keep(statistics.variance);
        batchStatistics.set(path, statistics);
      }
    },
  };
}

/** @throws {ModelError} INPUT_INVALID when images have another shape or dtype, with both */
export function checkImages(images: tf.Tensor, channels: number): void {
  const { shape, dtype } = images;
  if (shape.length !== 4 || shape[3] !== channels || dtype !== 'float32') {
    throw new ModelError(
      'INPUT_INVALID',
      `forward: images are float32 of shape [N, H, W, ${channels}], received ${dtype} of shape [${shape.join(', ')}]`,
    );
  }
}
