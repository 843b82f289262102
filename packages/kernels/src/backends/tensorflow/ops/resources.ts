import * as tf from '@tensorflow/tfjs-core';

import { shape, text, type } from '../attributes.ts';
import { execute, tensorflow, type Attribute, type Operand } from '../backend.ts';
import { scalar } from '../constants.ts';
import { perBackend } from '../per-backend.ts';

/** The name that makes TensorFlow give each handle a resource of its own. */
const anonymous = 'cd2c89b7-88b7-44c8-ad83-06c2a9158347';

const pools = perBackend((): number[] => []);

/** Handles of `count` resources, made once. They serve one variable after the other, of any shape. */
function resources(count: number): number[] {
  const pool = pools();
  while (pool.length < count) {
    const attributes = [
      text('container', ''),
      text('shared_name', anonymous),
      type('dtype', 'float32'),
      shape('shape', [-1]),
    ];
    pool.push(tensorflow().binding.executeOp('VarHandleOp', attributes, [], 1)[0]!.id);
  }
  return pool.slice(0, count);
}

/**
 * Gives a variable data of its own where something else in tfjs refers to it, as the tensor that it
 * was made of does, or a clone: they keep what they saw. Copying first and then going the same way
 * also keeps the numbers the same to the bit, whoever else holds the data.
 */
function makeUniquelyOwned(variable: tf.Variable): void {
  if (tensorflow().refCount(variable.dataId) === 1) return;
  tf.tidy(() => {
    variable.assign(tf.mul(variable, 1));
  });
}

/** Puts the data of `variables` into the resources while `apply` runs, then takes it back. */
export type Borrow = (variables: readonly tf.Variable[], apply: () => void) => void;

/**
 * Lets TensorFlow's `ResourceApply...` operations, which work in place on resources, work on tfjs
 * variables. Nothing is copied: a buffer moves from the variable to the resource and back. Where
 * something outside of tfjs's sight still shares the buffer, TensorFlow copies before it writes.
 */
export function withResources(
  count: number,
  use: (handles: readonly number[], borrow: Borrow) => void,
): void {
  const backend = tensorflow();
  const { binding } = backend;
  const handles = resources(count);
  const dtype = [type('dtype', 'float32')];

  const borrow: Borrow = (variables, apply) => {
    variables.forEach(makeUniquelyOwned);
    const ids = backend.getInputTensorIds(variables);
    ids.forEach((id, i) => {
      binding.executeOp('AssignVariableOp', dtype, [handles[i]!, id], 0);
      binding.deleteTensor(id);
    });
    try {
      apply();
    } finally {
      variables.forEach((variable, i) => {
        const [value] = binding.executeOp('ReadVariableOp', dtype, [handles[i]!], 1);
        backend.tensorMap.get(variable.dataId).id = value!.id;
      });
    }
  };

  try {
    use(handles, borrow);
  } finally {
    // Or the resources would keep the last variables' buffers alive.
    const placeholder = scalar(0);
    for (const handle of handles) {
      binding.executeOp('AssignVariableOp', dtype, [handle, placeholder], 0);
    }
  }
}

/** Runs an op that changes resources in place. */
export function apply(
  name: string,
  resources: readonly number[],
  operands: readonly Operand[],
  attributes: readonly Attribute[] = [],
): void {
  execute(name, [type('T', 'float32'), ...attributes], [...resources, ...operands], 0);
}
