import { float, integer, nested, packedIntegers, string, type Message } from '../../../protobuf.ts';

/** TensorFlow's numbers of its dtypes (tensorflow/core/framework/types.proto). */
export const dataTypes = { float32: 1, int32: 3, bfloat16: 14 } as const;
/** What a value of a graph is made of. */
export type DataType = keyof typeof dataTypes;

/** The fields of an AttrValue (tensorflow/core/framework/attr_value.proto). */
export type Attribute = Message;

/** Values of attributes, by their kind. */
export const attribute = {
  type: (value: DataType): Attribute => integer(6, dataTypes[value]),
  types: (values: readonly DataType[]): Attribute =>
    nested(
      1,
      packedIntegers(
        6,
        values.map((value) => dataTypes[value]),
      ),
    ),
  text: (value: string): Attribute => string(2, value),
  texts: (values: readonly string[]): Attribute =>
    nested(1, ...values.map((value) => string(2, value))),
  integer: (value: number): Attribute => integer(3, value),
  integers: (values: readonly number[]): Attribute => nested(1, packedIntegers(3, values)),
  float: (value: number): Attribute => float(4, value),
  flag: (value: boolean): Attribute => integer(5, Number(value)),
} as const;

/** The attribute of a dtype. */
export const float32: Attribute = attribute.type('float32');
/** The attribute of indices: axes, paddings. */
export const int32: Attribute = attribute.type('int32');
