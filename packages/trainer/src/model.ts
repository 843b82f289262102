import type * as tf from '@tensorflow/tfjs-core';
import type { Random } from '@resnet/random';
import type { StateDict } from '@resnet/model';

/** Mean and unbiased variance of one batch norm's input over a batch, `[C]` each. */
export interface BatchStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/**
 * What training needs of a model; `ResNet` of `@resnet/model` is one. Parameters and buffers are
 * keyed by torch path (`layer1.0.conv1.weight`), the same for the model's whole life.
 */
export interface TrainableModel {
  /**
   * Images `[N, H, W, C]` to logits `[N, K]`. In training, every op on the way from the parameters
   * to the logits has a gradient, and `batchStatistics` receives the statistics of each batch
   * norm, tensors that then belong to the caller. `freezeBatchNorm` lists the batch norms
   * (paths or prefixes) that use their running statistics even then. `gradientCheckpointing` asks
   * for less memory at the cost of time, all else the same; a model may ignore it.
   */
  forward(
    images: tf.Tensor4D,
    options?: {
      readonly training?: boolean;
      readonly batchStatistics?: Map<string, BatchStatistics>;
      readonly freezeBatchNorm?: readonly string[];
      readonly random?: Random;
      readonly gradientCheckpointing?: boolean;
    },
  ): tf.Tensor2D;
  /** What is trained. */
  parameters(): ReadonlyMap<string, tf.Variable>;
  /** What is kept beside: running statistics. */
  buffers(): ReadonlyMap<string, tf.Variable>;
  /** `running = (1 - momentum) * running + momentum * batch`, as torch. Disposes nothing. */
  updateRunningStatistics(
    statistics: ReadonlyMap<string, BatchStatistics>,
    options: { readonly momentum: number },
  ): void;
  /** All parameters and buffers, copied to the host, in torch names and layout. */
  stateDict(): Promise<StateDict>;
  loadStateDict(state: StateDict, options?: { readonly strict?: boolean }): unknown;
}

/** Parameters and buffers together. */
export function variablesOf(model: TrainableModel): Map<string, tf.Variable> {
  return new Map([...model.parameters(), ...model.buffers()]);
}
