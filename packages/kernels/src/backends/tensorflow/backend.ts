import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../../errors.ts';

/** What tfjs-node's addon offers: TensorFlow's eager ops by name, on handles. */
interface Binding {
  readonly TF_FLOAT: number;
  readonly TF_INT32: number;
  readonly TF_STRING: number;
  readonly TF_ATTR_STRING: number;
  readonly TF_ATTR_INT: number;
  readonly TF_ATTR_FLOAT: number;
  readonly TF_ATTR_BOOL: number;
  readonly TF_ATTR_TYPE: number;
  readonly TF_ATTR_SHAPE: number;
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): OutputInfo[];
  createTensor(
    shape: readonly number[],
    dtype: number,
    values: Float32Array | Int32Array | readonly Uint8Array[],
  ): number;
  deleteTensor(handle: number): void;
  isUsingGpuDevice(): boolean;
  /** Gives the number of a session. */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(session: number): void;
  /** Names as `node:0`, several with commas between them. */
  runSavedModel(
    session: number,
    inputs: readonly number[],
    inputNames: string,
    outputNames: string,
  ): OutputInfo[];
  getNumOfSavedModels(): number;
}

/** One setting of an op, as the addon takes it. */
export interface Attribute {
  readonly name: string;
  readonly type: number;
  readonly value: unknown;
}

/** A tensor, or a handle of the addon's that tfjs does not know of. */
export type Operand = tf.TensorInfo | number;

/** What the addon tells of an output. */
export interface OutputInfo {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/**
 * The part of tfjs-node's backend that is used here, by shape: importing the package itself would
 * load its native addon.
 */
export interface TensorflowBackend {
  readonly binding: Binding;
  readonly tensorMap: { get(dataId: object): { id: number } };
  /** Handles of the tensors, whose values go to TensorFlow now if they have not before. */
  getInputTensorIds: (inputs: readonly tf.TensorInfo[]) => number[];
  createOutputTensor(info: OutputInfo): tf.Tensor;
  refCount(dataId: object): number;
  readSync: (dataId: object) => unknown;
}

/** The active backend, which `registerTensorflowKernels` serves. */
export function tensorflow(): TensorflowBackend {
  const backend: unknown = tf.backend();
  if (typeof backend === 'object' && backend !== null && 'createOutputTensor' in backend) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see TensorflowBackend
    return backend as TensorflowBackend;
  }
  throw new KernelError(
    'BACKEND_MISMATCH',
    `tensorflow: expected tfjs-node's backend under the name 'tensorflow', received '${tf.getBackend()}'`,
  );
}

let isOwn = false;

/** Whether handles are asked for by an op of this package: see uniquely-owned.ts. */
export function isOwnOp(): boolean {
  return isOwn;
}

/** What the addon takes operands by; the tensors keep them. */
export function handles(operands: readonly Operand[]): number[] {
  const backend = tensorflow();
  isOwn = true;
  try {
    return operands.map((operand) =>
      typeof operand === 'number' ? operand : backend.getInputTensorIds([operand])[0]!,
    );
  } finally {
    isOwn = false;
  }
}

/** Runs an op; the caller owns the outputs. */
export function execute(
  name: string,
  attributes: readonly Attribute[],
  operands: readonly Operand[],
  outputs: number,
): tf.Tensor[] {
  const backend = tensorflow();
  return backend.binding
    .executeOp(name, attributes, handles(operands), outputs)
    .map((info) => backend.createOutputTensor(info));
}

/** Runs an op of one output, which the caller owns and whose rank its type says. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is what the caller says
export function run<T extends tf.Tensor>(
  name: string,
  attributes: readonly Attribute[],
  operands: readonly Operand[],
): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ranks are TensorFlow's rules
  return execute(name, attributes, operands, 1)[0] as T;
}
