import { tensorflow, type Attribute } from './backend.ts';

// Attribute types are numbers that only the addon knows: attributes can be made when one is loaded.

/** TensorFlow's number for bfloat16, which the addon has no name for. */
export const bfloat16 = 14;

/** A dtype. */
export function type(name: string, value: 'float32' | 'bfloat16' | 'int32'): Attribute {
  const { TF_ATTR_TYPE, TF_FLOAT, TF_INT32 } = tensorflow().binding;
  const types = { float32: TF_FLOAT, bfloat16, int32: TF_INT32 };
  return { name, type: TF_ATTR_TYPE, value: types[value] };
}

/** A string. */
export function text(name: string, value: string): Attribute {
  return { name, type: tensorflow().binding.TF_ATTR_STRING, value };
}

/** A float32. */
export function float(name: string, value: number): Attribute {
  return { name, type: tensorflow().binding.TF_ATTR_FLOAT, value };
}

/** A bool. */
export function flag(name: string, value: boolean): Attribute {
  return { name, type: tensorflow().binding.TF_ATTR_BOOL, value };
}

/** An integer. */
export function integer(name: string, value: number): Attribute {
  return { name, type: tensorflow().binding.TF_ATTR_INT, value };
}

/** A list of integers. */
export function integers(name: string, value: readonly number[]): Attribute {
  return { name, type: tensorflow().binding.TF_ATTR_INT, value };
}

/** A shape; -1 is any size. */
export function shape(name: string, value: readonly number[]): Attribute {
  return { name, type: tensorflow().binding.TF_ATTR_SHAPE, value };
}
