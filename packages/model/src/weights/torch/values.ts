import type { Dtype } from '../dtypes.ts';

/** A storage of torch's, in the file or still to come. */
export interface StorageRef {
  readonly kind: 'storage';
  readonly key: string;
  readonly dtype: Dtype;
  /** Elements. */
  readonly size: number;
  /** First element and count within the storage, where an old file has a view of another. */
  readonly view?: { readonly offset: number; readonly size: number };
}

/** A tensor as the pickle describes it: a window on a storage. */
export interface TensorRef {
  readonly kind: 'tensor';
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A class or function that a pickle names and that we know: nothing is looked up by name. */
export interface Callable {
  readonly kind: 'callable';
  readonly name: string;
  readonly call: (args: readonly Value[]) => Value;
}

/** A storage's class, which says the dtype. */
export interface StorageType {
  readonly kind: 'storageType';
  readonly dtype: Dtype;
}

/** A tuple is a list; both kinds of dict are a Map. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Value[]
  | Map<Value, Value>
  | StorageRef
  | TensorRef
  | Callable
  | StorageType;

/** Whether a value is one of our own objects, of this kind. */
export function isObject<K extends string>(
  value: Value | undefined,
  kind: K,
): value is Extract<Value, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** What an error calls a value. */
export function typeName(value: Value | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (Array.isArray(value)) return 'a list';
  if (value instanceof Map) return 'a dict';
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value === 'object' ? `a ${value.kind}` : `a ${typeof value}`;
}
