import type * as tf from '@tensorflow/tfjs-core';

import { bytes, integer, join, message, nested, string, type Message } from '../../../protobuf.ts';
import { attribute, dataTypes, type Attribute, type DataType } from './attribute.ts';

// Field numbers are those of tensorflow/core/framework/{graph,node_def,tensor}.proto and
// tensorflow/core/protobuf/{saved_model,meta_graph}.proto.

/** Of TensorFlow 2.8: what the graph's ops mean is what they meant then. */
const producer = 987;

/** What a graph computes in. */
export type Precision = 'float32' | 'bfloat16';

/** A tensor that is given at each run, and in which dtype. */
export interface Fed {
  readonly tensor: tf.Tensor;
  readonly type: Precision;
}

/**
 * Collects the nodes of a GraphDef whose values, but for its ends, are of one type. Its methods
 * return the name of what they add.
 */
export class GraphDefWriter {
  readonly precision: Precision;
  /** The attribute that tells ops of {@link precision}. */
  readonly T: Attribute;
  readonly #nodes: Message[] = [];
  readonly #inputs: string[] = [];
  readonly #fed: Fed[] = [];

  constructor(precision: Precision) {
    this.precision = precision;
    this.T = attribute.type(precision);
  }

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
      nested(
        1,
        string(1, name),
        string(2, op),
        ...inputs.map((input) => string(3, input)),
        ...Object.entries(attributes).map(([key, value]) =>
          nested(5, string(1, key), nested(2, value)),
        ),
      ),
    );
    return name;
  }

  /** The graph's input, float32. Call it first. */
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
    const content = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
    const dimensions = shape.map((size) => nested(2, integer(1, size)));
    const tensor = nested(
      8,
      integer(1, dataTypes[type]),
      nested(2, ...dimensions),
      bytes(4, content),
    );
    return this.node('Const', [], { dtype: attribute.type(type), value: tensor });
  }

  /** `x` of type `from` in type `to`. */
  cast(x: string, from: Precision, to: Precision): string {
    if (from === to) return x;
    return this.node('Cast', [x], { SrcT: attribute.type(from), DstT: attribute.type(to) });
  }

  /** The graph as the `saved_model.pb` of a model with the tag `serve`, without variables. */
  savedModel(): Uint8Array {
    const graph = nested(2, ...this.#nodes, nested(4, integer(1, producer)));
    const tags = nested(1, string(4, 'serve'));
    return join(message(integer(1, 1), nested(2, tags, graph)));
  }
}
