import * as tf from '@tensorflow/tfjs-core';

import { bfloat16 as bfloat16Type, flag, type } from './attributes.ts';
import { handles, tensorflow, type OutputInfo, type TensorflowBackend } from './backend.ts';
import { constant, vector } from './constants.ts';
import type { Executor } from './executor.ts';

// tfjs knows no bfloat16. A tensor that holds such values is float32 to it, in half the memory:
// operations run by the executor here take it as it is, and whatever else asks for its values (any
// kernel of tfjs-node's, reading it) gets them made float32 first, which changes none.

/** What tfjs-node keeps of a tensor: the type is TensorFlow's, of what the handle refers to. */
interface Held {
  id: number;
  dtype: number;
}

function held(backend: TensorflowBackend, tensor: tf.TensorInfo): Held | undefined {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Held
  return backend.tensorMap.get(tensor.dataId) as Held | undefined;
}

/** A handle of the same values in another type; the caller deletes it. */
export function cast(backend: TensorflowBackend, id: number, to: 'float32' | 'bfloat16'): number {
  const from = to === 'float32' ? 'bfloat16' : 'float32';
  const attributes = [type('SrcT', from), type('DstT', to), flag('Truncate', false)];
  return backend.binding.executeOp('Cast', attributes, [id], 1)[0]!.id;
}

function widen(backend: TensorflowBackend, tensor: tf.TensorInfo): void {
  const at = held(backend, tensor);
  if (at?.dtype !== bfloat16Type) return;
  const { id } = at;
  at.id = cast(backend, id, 'float32');
  at.dtype = backend.binding.TF_FLOAT;
  backend.binding.deleteTensor(id);
}

/** The parts of tfjs-node's backend through which kernels and readers get at values. */
interface Doors {
  getInputTensorIds(inputs: readonly tf.TensorInfo[]): number[];
  readSync(dataId: object): unknown;
}

const prepared = new WeakSet<TensorflowBackend>();

/** Makes the backend widen what it hands out. Once each; nothing changes where nothing is narrow. */
function prepare(backend: TensorflowBackend): void {
  if (prepared.has(backend)) return;
  prepared.add(backend);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- see Doors
  const doors = backend as unknown as Doors;
  const getInputTensorIds = doors.getInputTensorIds.bind(backend);
  const readSync = doors.readSync.bind(backend);
  doors.getInputTensorIds = (inputs) => {
    for (const input of inputs) widen(backend, input);
    return getInputTensorIds(inputs);
  };
  doors.readSync = (dataId) => {
    widen(backend, { dataId, shape: [], dtype: 'float32' });
    return readSync(dataId);
  };
  keepNarrow(backend);
}

type Inputs = tf.NamedTensorInfoMap;
type Settings = tf.NamedAttrMap;

/**
 * What tfjs itself does to activations and their gradients, in bfloat16 where they are: sums where a
 * net forks, zeros put before and after channels, and taken off again.
 */
const kept: Readonly<
  Record<string, (inputs: Inputs, settings: Settings) => tf.TensorInfo | undefined>
> = {
  Add: ({ a, b }) => bfloat16.run('AddV2', [type('T', 'bfloat16')], [a!, b!]),
  PadV2({ x }, { paddings, constantValue }) {
    if (constantValue !== 0) return undefined;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as tfjs defines the operation
    const pairs = paddings as readonly (readonly [number, number])[];
    const amounts = constant([pairs.length, 2], Int32Array.from(pairs.flat()));
    return bfloat16.run('Pad', [type('T', 'bfloat16'), type('Tpaddings', 'int32')], [x!, amounts]);
  },
  Slice({ x }, settings) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as tfjs defines the operation
    const { begin, size } = settings as { begin: number[]; size: number[] };
    const operands = [x!, vector(begin), vector(size)];
    return bfloat16.run('Slice', [type('T', 'bfloat16'), type('Index', 'int32')], operands);
  },
};

/** Lets tfjs's kernels of {@link kept} take what is narrow, and give it back so. */
function keepNarrow(backend: TensorflowBackend): void {
  const isNarrow = (tensor: tf.TensorInfo): boolean =>
    held(backend, tensor)?.dtype === bfloat16Type;
  for (const [name, run] of Object.entries(kept)) {
    const kernel = tf.getKernel(name, 'tensorflow');
    tf.unregisterKernel(name, 'tensorflow');
    tf.registerKernel({
      ...kernel,
      kernelFunc(call) {
        const { inputs, attrs } = call;
        const narrow = Object.values(inputs).every(
          (input) => input !== undefined && isNarrow(input),
        );
        return (narrow ? run(inputs, attrs ?? {}) : undefined) ?? kernel.kernelFunc(call);
      },
    });
  }
}

function adopt(backend: TensorflowBackend, info: OutputInfo): tf.Tensor {
  if (info.dtype !== bfloat16Type) return backend.createOutputTensor(info);
  const tensor = backend.createOutputTensor({ ...info, dtype: backend.binding.TF_FLOAT });
  held(backend, tensor)!.dtype = bfloat16Type;
  return tensor;
}

/** Runs an operation on bfloat16: operands that are tensors are narrowed, handles taken as they are. */
const execute: Executor['execute'] = (name, attributes, operands, outputs) => {
  const backend = tensorflow();
  prepare(backend);
  const passing: number[] = [];
  const inputs = operands.map((operand) => {
    if (typeof operand === 'number') return operand;
    const at = held(backend, operand)!;
    if (at.dtype === bfloat16Type) return at.id;
    const narrow = cast(backend, handles([operand])[0]!, 'bfloat16');
    passing.push(narrow);
    return narrow;
  });
  try {
    return backend.binding
      .executeOp(name, attributes, inputs, outputs)
      .map((info) => adopt(backend, info));
  } finally {
    for (const handle of passing) backend.binding.deleteTensor(handle);
  }
};

/**
 * Arithmetic in bfloat16 (8 bits of mantissa, sums in float32), for processors that have it.
 */
export const bfloat16: Executor = {
  dtype: 'bfloat16',
  execute,
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as float32's
  run<T extends tf.Tensor>(...[name, attributes, operands]: Parameters<Executor['run']>): T {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ranks are TensorFlow's rules
    return execute(name, attributes, operands, 1)[0] as T;
  },
};
