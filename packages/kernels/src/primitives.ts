import type * as tf from '@tensorflow/tfjs-core';

import type { Activation } from './activation.ts';
import type { AveragePoolGeometry, ConvGeometry, PoolGeometry, Shape4D } from './geometry.ts';
import type { Executable, Graph } from './graph/graph.ts';

/** What follows a convolution in the same pass: `activation(y + bias + addend)`. */
export interface ConvEpilogue {
  /** `[Co]` */
  readonly bias: tf.Tensor1D | undefined;
  /** Of the output's shape. */
  readonly addend: tf.Tensor4D | undefined;
  readonly activation: Activation;
}

export interface BatchNormSettings {
  /** Added to the variance under the root; torch's default is 1e-5, tfjs's another: always given. */
  readonly epsilon: number;
  /** What follows the normalisation in the same pass. */
  readonly activation: Activation;
}

/**
 * What `batchNormTraining` keeps for `batchNormGradient`: two vectors whose meaning (and length)
 * is the backend's own (mean and inverse standard deviation in the composed version). A backend that
 * overrides one of the two functions therefore overrides both.
 */
export type BatchNormSaved = readonly [tf.Tensor1D, tf.Tensor1D];

export interface BatchNormForward {
  readonly output: tf.Tensor4D;
  /** `[C]`, of the batch. */
  readonly mean: tf.Tensor1D;
  /** `[C]`, of the batch, unbiased: n / (n - 1) times the one that normalises, n = N * H * W > 1. */
  readonly variance: tf.Tensor1D;
  readonly saved: BatchNormSaved;
}

export interface BatchNormGradients {
  readonly x: tf.Tensor4D;
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
}

/** A convolution, batch norm of what it gives, and what follows: a part of {@link FusedUnits}. */
export interface ConvBatchNormUnit {
  readonly filterShape: Shape4D;
  readonly geometry: ConvGeometry;
  readonly settings: BatchNormSettings;
  /** Which value it takes: 0 is x, i + 1 what unit i gives. */
  readonly input: number;
  /** Which is added before the ReLU. */
  readonly addend: number | undefined;
}

/** The parameters of a unit, or the gradients by them. */
export interface ConvBatchNormParameters {
  readonly filter: tf.Tensor4D;
  readonly scale: tf.Tensor1D;
  readonly offset: tf.Tensor1D;
}

/** Units in training as a backend does them together. */
export interface FusedUnits {
  training(
    x: tf.Tensor4D,
    parameters: readonly ConvBatchNormParameters[],
  ): {
    /** Of the last unit. */
    readonly output: tf.Tensor4D;
    /** Of each unit. */
    readonly statistics: readonly Pick<BatchNormForward, 'mean' | 'variance'>[];
    /** For {@link gradient}: what is in it is the backend's own business. */
    readonly saved: readonly tf.Tensor[];
  };
  /** Whether {@link gradient} takes `byInput`. */
  readonly hasInputGradient: boolean;
  /** `output` is the forward pass's, given where the last unit has an addend. */
  gradient(
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    output: tf.Tensor4D | undefined,
    parameters: readonly Pick<ConvBatchNormParameters, 'filter' | 'scale'>[],
    saved: readonly tf.Tensor[],
    byInput: boolean,
  ): {
    /** Where `byInput` asks for it. */
    readonly x: tf.Tensor4D | undefined;
    readonly parameters: readonly ConvBatchNormParameters[];
  };
}

export interface SgdSettings {
  readonly learningRate: number;
  readonly momentum: number;
  readonly nesterov: boolean;
}

/** One parameter of an SGD step; variables are updated in place, the gradient is only read. */
export interface SgdSlot {
  readonly parameter: tf.Variable;
  readonly gradient: tf.Tensor;
  /** The momentum buffer, zeros before the first step; absent where `momentum` is 0. */
  readonly momentum?: tf.Variable | undefined;
  /** L2 penalty added to the gradient, as torch's SGD has it. */
  readonly weightDecay: number;
}

export interface AdamwSettings {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** 1 in the first step. */
  readonly step: number;
}

/** One parameter of an AdamW step; variables are updated in place, the gradient is only read. */
export interface AdamwSlot {
  readonly parameter: tf.Variable;
  readonly gradient: tf.Tensor;
  readonly firstMoment: tf.Variable;
  readonly secondMoment: tf.Variable;
  /** Decoupled: the parameter shrinks by `learningRate * weightDecay`. */
  readonly weightDecay: number;
}

export interface MovingAverage {
  readonly average: tf.Variable;
  readonly value: tf.Tensor;
}

/**
 * The seam between the operations and the backends: plain functions on tensors, without gradients
 * of their own, without checks. Tensors are NHWC, filters HWIO (`[kh, kw, Ci / groups, Co]`),
 * linear weights `[in, out]`; everything is float32. Each call returns fresh tensors that the
 * caller owns and leaves no others behind. The formulas are torch's.
 */
export interface Primitives {
  conv2d(x: tf.Tensor4D, filter: tf.Tensor4D, geometry: ConvGeometry): tf.Tensor4D;
  /** For inference. */
  fusedConv2d(
    x: tf.Tensor4D,
    filter: tf.Tensor4D,
    geometry: ConvGeometry,
    epilogue: ConvEpilogue,
  ): tf.Tensor4D;
  /** The gradient by x, from `dy` `[N, Ho, Wo, Co]` and x's shape. */
  conv2dInputGradient(
    dy: tf.Tensor4D,
    filter: tf.Tensor4D,
    inputShape: Shape4D,
    geometry: ConvGeometry,
  ): tf.Tensor4D;
  /** The gradient by the filter, from `dy` `[N, Ho, Wo, Co]` and the filter's shape. */
  conv2dFilterGradient(
    x: tf.Tensor4D,
    dy: tf.Tensor4D,
    filterShape: Shape4D,
    geometry: ConvGeometry,
  ): tf.Tensor4D;

  batchNormTraining(
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    offset: tf.Tensor1D,
    settings: BatchNormSettings,
  ): BatchNormForward;
  /** `output` is the forward pass's, given where its activation needs it (ReLU), else undefined. */
  batchNormGradient(
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    saved: BatchNormSaved,
    output: tf.Tensor4D | undefined,
    settings: BatchNormSettings,
  ): BatchNormGradients;
  batchNormInference(
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    offset: tf.Tensor1D,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    settings: BatchNormSettings,
  ): tf.Tensor4D;
  /** The gradients where mean and variance are constants (frozen statistics). */
  batchNormInferenceGradient(
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    scale: tf.Tensor1D,
    mean: tf.Tensor1D,
    variance: tf.Tensor1D,
    output: tf.Tensor4D | undefined,
    settings: BatchNormSettings,
  ): BatchNormGradients;

  relu<T extends tf.Tensor>(x: T): T;
  /** `dy` where `output > 0`, else 0. */
  reluGradient<T extends tf.Tensor>(dy: T, output: T): T;
  /** `max(a + b, 0)`, equal shapes. */
  addRelu<T extends tf.Tensor>(a: T, b: T): T;

  maxPool2d(x: tf.Tensor4D, geometry: PoolGeometry): tf.Tensor4D;
  maxPool2dGradient(
    dy: tf.Tensor4D,
    x: tf.Tensor4D,
    output: tf.Tensor4D,
    geometry: PoolGeometry,
  ): tf.Tensor4D;
  avgPool2d(x: tf.Tensor4D, geometry: AveragePoolGeometry): tf.Tensor4D;
  avgPool2dGradient(
    dy: tf.Tensor4D,
    inputShape: Shape4D,
    geometry: AveragePoolGeometry,
  ): tf.Tensor4D;
  /** `[N, H, W, C]` to `[N, C]`. */
  globalAveragePool(x: tf.Tensor4D): tf.Tensor2D;
  globalAveragePoolGradient(dy: tf.Tensor2D, inputShape: Shape4D): tf.Tensor4D;

  linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D | undefined): tf.Tensor2D;
  linearInputGradient(dy: tf.Tensor2D, weight: tf.Tensor2D): tf.Tensor2D;
  linearWeightGradient(x: tf.Tensor2D, dy: tf.Tensor2D): tf.Tensor2D;

  /** The loss of each example `[N]`, and its gradient by the logits `[N, K]`. */
  softmaxCrossEntropy(
    logits: tf.Tensor2D,
    targets: tf.Tensor2D,
    labelSmoothing: number,
  ): { readonly loss: tf.Tensor1D; readonly gradient: tf.Tensor2D };

  /**
   * torch.nn.utils.clip_grad_norm_: the gradients, times `min(1, maxNorm / (norm + 1e-6))` where `norm`
   * is that of all of them together. At least one of them.
   */
  clipByGlobalNorm(gradients: readonly tf.Tensor[], maxNorm: number): tf.Tensor[];
  /**
   * torch.optim.SGD without dampening, over a list so that a backend can do all in one go:
   * `g += weightDecay * p; m = momentum * m + g; p -= learningRate * (nesterov ? g + momentum * m : m)`.
   */
  sgdUpdate(slots: readonly SgdSlot[], settings: SgdSettings): void;
  /** torch.optim.AdamW, over a list. */
  adamwUpdate(slots: readonly AdamwSlot[], settings: AdamwSettings): void;
  /** `average += weight * (value - average)`: running statistics, moving averages of weights. */
  movingAverageUpdate(pairs: readonly MovingAverage[], weight: number): void;

  /**
   * Units of convolution and batch norm as one operation, for backends that gain by it; undefined
   * where they are not of the kind that the backend has: then they are run one by one.
   */
  readonly fuseUnits?:
    | ((units: readonly ConvBatchNormUnit[]) => FusedUnits | undefined)
    | undefined;

  /**
   * A whole graph made ready, for backends that gain by seeing it whole. Takes over the graph's
   * tensors, unless it answers undefined: then nothing has happened, and the graph is run operation
   * by operation.
   */
  readonly compile?: ((graph: Graph) => Executable | undefined) | undefined;
}
