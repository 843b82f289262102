import type * as tf from '@tensorflow/tfjs-core';

import { float, integer, integers, join, message, text, type Pieces } from './protobuf.ts';

// Field numbers are those of tensorflow/core/framework/{graph,node_def,attr_value,tensor}.proto and
// tensorflow/core/protobuf/{saved_model,meta_graph}.proto.

/** The numbers of TensorFlow's types (types.proto). */
const dataTypes = { float32: 1, int32: 3, bfloat16: 14 } as const;
export type DataType = keyof typeof dataTypes;

/** An attribute's value: an AttrValue. */
export type Attribute = Pieces;

export const attribute = {
  type: (value: DataType): Attribute => integer(6, dataTypes[value]),
  types: (values: readonly DataType[]): Attribute =>
    message(
      1,
      integers(
        6,
        values.map((value) => dataTypes[value]),
      ),
    ),
  text: (value: string): Attribute => text(2, value),
  texts: (values: readonly string[]): Attribute =>
    message(1, ...values.map((value) => text(2, value))),
  integer: (value: number): Attribute => integer(3, value),
  integers: (values: readonly number[]): Attribute => message(1, integers(3, values)),
  float: (value: number): Attribute => float(4, value),
  flag: (value: boolean): Attribute => integer(5, Number(value)),
} as const;

/** Of TensorFlow 2.8: what the graph's operations mean is what they meant then. */
const producer = 987;

/** A tensor that is given at each run, and what it is to be given in. */
export interface Fed {
  readonly tensor: tf.Tensor;
  readonly type: 'float32' | 'bfloat16';
}

/** Collects the nodes of a GraphDef; its methods return the name of what they add. */
export class GraphDefWriter {
  readonly #nodes: Pieces[] = [];
  readonly #inputs: string[] = [];
  readonly #fed: Fed[] = [];

  /** Names of what is given at each run, in order: the graph's input, and the tensors of {@link fed}. */
  get inputs(): readonly string[] {
    return this.#inputs;
  }

  /** The tensors of {@link feed}. */
  get fed(): readonly Fed[] {
    return this.#fed;
  }

  /** @param name of the node's own, where something outside asks for it */
  node(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    name = `node_${this.#nodes.length}`,
  ): string {
    this.#nodes.push(
      message(
        1,
        text(1, name),
        text(2, op),
        ...inputs.map((input) => text(3, input)),
        ...Object.entries(attributes).map(([key, value]) =>
          message(5, text(1, key), message(2, value)),
        ),
      ),
    );
    return name;
  }

  /** The graph's input, float32; to be called first. */
  input(): string {
    return this.#placeholder('float32');
  }

  /** A tensor that is given at each run, in `type`: unlike a constant, it is not copied. */
  feed(tensor: tf.Tensor, type: Fed['type']): string {
    this.#fed.push({ tensor, type });
    return this.#placeholder(type);
  }

  #placeholder(type: DataType): string {
    const name = `input_${this.#inputs.length}`;
    this.#inputs.push(name);
    return this.node('Placeholder', [], { dtype: attribute.type(type) }, name);
  }

  /** The values are not copied before {@link savedModel}. */
  constant(shape: readonly number[], values: Float32Array | Int32Array): string {
    const type = values instanceof Float32Array ? 'float32' : 'int32';
    const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const dimensions = shape.map((size) => message(2, integer(1, size)));
    const tensor = message(
      8,
      integer(1, dataTypes[type]),
      message(2, ...dimensions),
      message(4, [bytes]),
    );
    return this.node('Const', [], { dtype: attribute.type(type), value: tensor });
  }

  /** The graph as the `saved_model.pb` of a model with the tag `serve`, without variables. */
  savedModel(): Uint8Array {
    const graph = message(2, ...this.#nodes, message(4, integer(1, producer)));
    const tags = message(1, text(4, 'serve'));
    return join([...integer(1, 1), ...message(2, tags, graph)]);
  }
}
