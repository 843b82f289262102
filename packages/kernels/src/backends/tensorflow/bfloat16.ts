import type * as tf from '@tensorflow/tfjs-core';

import { replaceKernel } from '../../tfjs/replace-kernel.ts';
import { bfloat16 as bfloat16Type, type } from './attributes.ts';
import { handles, tensorflow, type OutputInfo, type TensorflowBackend } from './backend.ts';
import { cast } from './cast.ts';
import { constant, vector } from './constants.ts';
import type { Executor } from './executor.ts';
import { onHandlesAskedFor, onRead } from './patches.ts';
import { perBackend } from './per-backend.ts';

// tfjs knows no bfloat16. A tensor that holds such values is float32 to it, in half the memory:
// ops run by the executor here take it as it is, and whatever else asks for its values (any
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

/** Converts a tensor's values in place where they are bfloat16. */
function toFloat32(backend: TensorflowBackend, tensor: tf.TensorInfo): void {
  const at = held(backend, tensor);
  if (at?.dtype !== bfloat16Type) return;
  const { id } = at;
  at.id = cast(backend, id, 'float32');
  at.dtype = backend.binding.TF_FLOAT;
  backend.binding.deleteTensor(id);
}

/** Makes the backend convert what it hands out, once; float32 tensors pass as they are. */
const prepare = perBackend((backend): void => {
  onHandlesAskedFor(backend, (inputs) => {
    for (const input of inputs) toFloat32(backend, input);
  });
  onRead(backend, (dataId) => toFloat32(backend, { dataId, shape: [], dtype: 'float32' }));
  keepBfloat16(backend);
});

type Inputs = tf.NamedTensorInfoMap;
type Settings = tf.NamedAttrMap;

/**
 * What tfjs itself does to activations and their gradients, in bfloat16 where they are: sums where a
 * network forks, zeros put before and after channels, and taken off again.
 */
const bfloat16Kernels: Readonly<
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

/** Lets tfjs's kernels of {@link bfloat16Kernels} take bfloat16, and give it back. */
function keepBfloat16(backend: TensorflowBackend): void {
  const isBfloat16 = (tensor: tf.TensorInfo): boolean =>
    held(backend, tensor)?.dtype === bfloat16Type;
  for (const [name, run] of Object.entries(bfloat16Kernels)) {
    replaceKernel(name, 'tensorflow', (original) => (call) => {
      const { inputs, attrs } = call;
      const takesAll = Object.values(inputs).every(
        (input) => input !== undefined && isBfloat16(input),
      );
      return (takesAll ? run(inputs, attrs ?? {}) : undefined) ?? original(call);
    });
  }
}

function adopt(backend: TensorflowBackend, info: OutputInfo): tf.Tensor {
  if (info.dtype !== bfloat16Type) return backend.createOutputTensor(info);
  const tensor = backend.createOutputTensor({ ...info, dtype: backend.binding.TF_FLOAT });
  held(backend, tensor)!.dtype = bfloat16Type;
  return tensor;
}

/** Runs an op on bfloat16: operands that are tensors are converted, handles taken as they are. */
const execute: Executor['execute'] = (name, attributes, operands, outputs) => {
  const backend = tensorflow();
  prepare();
  const temporary: number[] = [];
  const inputs = operands.map((operand) => {
    if (typeof operand === 'number') return operand;
    const at = held(backend, operand)!;
    if (at.dtype === bfloat16Type) return at.id;
    const converted = cast(backend, handles([operand])[0]!, 'bfloat16');
    temporary.push(converted);
    return converted;
  });
  try {
    return backend.binding
      .executeOp(name, attributes, inputs, outputs)
      .map((info) => adopt(backend, info));
  } finally {
    for (const handle of temporary) backend.binding.deleteTensor(handle);
  }
};

/** Runs ops in bfloat16 (8 bits of mantissa, sums in float32), for CPUs that have it. */
export const bfloat16: Executor = {
  dtype: 'bfloat16',
  execute,
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- as float32's
  run<T extends tf.Tensor>(...[name, attributes, operands]: Parameters<Executor['run']>): T {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ranks are TensorFlow's rules
    return execute(name, attributes, operands, 1)[0] as T;
  },
};
