import {
  bytes,
  float,
  integer,
  message,
  nested,
  string,
  type Message,
} from '@resnet/kernels/protobuf';

/** The messages of onnx.proto that a network needs; the numbers are its field numbers. */

const elementType = { float32: 1, int64: 7 } as const;
const attributeType = { float: 1, int: 2, ints: 7 } as const;

/** A node's attributes: integers, lists of integers; one under a name in `floats` is a float. */
export type Attributes = Readonly<Record<string, number | readonly number[]>>;

/** A NodeProto of one output. */
export interface OnnxNode {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly output: string;
  /** Integers, lists of integers; a number under a name in {@link floats} is a float. */
  readonly attributes?: Attributes;
}

/** A weight: a TensorProto, in torch's layout, which is ONNX's. */
export interface Initializer {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** A size, or the name of one that each run may choose. */
export type Dimension = number | string;

/** The graph's input or output: a ValueInfoProto of float32. */
export interface OnnxValue {
  readonly name: string;
  readonly shape: readonly Dimension[];
}

/** A GraphProto. */
export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly Initializer[];
  readonly input: OnnxValue;
  readonly output: OnnxValue;
}

const floats: ReadonlySet<string> = new Set(['epsilon']);

/** What a ModelProto says. */
export interface ModelFields {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly graph: OnnxGraph;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The message of a whole file. */
export function modelProto({ irVersion, opset, producer, graph, metadata }: ModelFields): Message {
  return message(
    integer(1, irVersion),
    string(2, producer),
    nested(7, graphProto(graph)),
    nested(8, message(string(1, ''), integer(2, opset))),
    ...Object.entries(metadata).map(([key, value]) =>
      nested(14, message(string(1, key), string(2, value))),
    ),
  );
}

function graphProto({ name, nodes, initializers, input, output }: OnnxGraph): Message {
  return message(
    ...nodes.map((node) => nested(1, nodeProto(node))),
    string(2, name),
    ...initializers.map((tensor) => nested(5, tensorProto(tensor))),
    nested(11, valueInfoProto(input)),
    nested(12, valueInfoProto(output)),
  );
}

function nodeProto({ type, name, inputs, output, attributes = {} }: OnnxNode): Message {
  return message(
    ...inputs.map((input) => string(1, input)),
    string(2, output),
    string(3, name),
    string(4, type),
    ...Object.entries(attributes).map(([key, value]) => nested(5, attributeProto(key, value))),
  );
}

function attributeProto(name: string, value: number | readonly number[]): Message {
  if (typeof value !== 'number') {
    const items = value.map((item) => integer(8, item));
    return message(string(1, name), ...items, integer(20, attributeType.ints));
  }
  return floats.has(name)
    ? message(string(1, name), float(2, value), integer(20, attributeType.float))
    : message(string(1, name), integer(3, value), integer(20, attributeType.int));
}

/** Little-endian, as typed arrays are on every platform that runs JavaScript. */
function tensorProto({ name, shape, data }: Initializer): Message {
  const type = data instanceof BigInt64Array ? elementType.int64 : elementType.float32;
  return message(
    ...shape.map((size) => integer(1, size)),
    integer(2, type),
    string(8, name),
    bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  );
}

function valueInfoProto({ name, shape }: OnnxValue): Message {
  const dimensions = shape.map((size) =>
    nested(1, typeof size === 'number' ? integer(1, size) : string(2, size)),
  );
  const tensorType = message(integer(1, elementType.float32), nested(2, message(...dimensions)));
  return message(string(1, name), nested(2, nested(1, tensorType)));
}
