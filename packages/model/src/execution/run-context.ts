import type { Random } from '@resnet/random';
import type * as tf from '@tensorflow/tfjs-core';

import type { ParameterSpec } from '../weights/parameter-spec.ts';

/** Statistics of one batch norm on one batch, both `[C]`; the variance is the unbiased one. */
export interface BatchStatistics {
  readonly mean: tf.Tensor1D;
  readonly variance: tf.Tensor1D;
}

/** What a module's ops need besides their inputs. */
export interface RunContext {
  /** The tensor of a parameter or running statistic. It is not the caller's to free. */
  readonly tensorOf: (spec: ParameterSpec) => tf.Tensor;
  /** Whether this batch norm normalises by its batch. */
  readonly trainsBatchNorm: (path: string) => boolean;
  readonly onBatchStatistics: (path: string, statistics: BatchStatistics) => void;
  /** Where dropout draws from; absent in inference, where it does nothing. */
  readonly random: Random | undefined;
  readonly training: boolean;
}
