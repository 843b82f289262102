/**
 * Protocol buffers, writing only: for ONNX files and TensorFlow's graphs, a dozen messages of
 * integers, strings and bytes each. A message is a list of pieces, so that weights are copied once,
 * into the file; the libraries' writers copy them once for each message around them.
 *
 * Format: https://protobuf.dev/programming-guides/encoding/
 */
export interface Message {
  readonly pieces: readonly Uint8Array[];
  /** Bytes of all pieces. */
  readonly length: number;
}

/** What Node and browsers both have; declared here, as neither's type library is ours. */
declare class TextEncoder {
  encode(text: string): Uint8Array<ArrayBuffer>;
}

const wireType = { varint: 0, bytes: 2, float32: 5 } as const;

/** Fields one after the other, without a length before them: a whole message. */
export function message(...fields: readonly Message[]): Message {
  return {
    pieces: fields.flatMap(({ pieces }) => pieces),
    length: fields.reduce((sum, { length }) => sum + length, 0),
  };
}

/** An int32, int64, bool or enum field: an integer from 0 to 2^53 - 1, or a small negative one. */
export function integer(field: number, value: number): Message {
  return of([...tag(field, wireType.varint), ...varint(value)]);
}

/** A repeated integer field, packed. */
export function packedIntegers(field: number, values: readonly number[]): Message {
  return bytes(field, Uint8Array.from(values.flatMap(varint)));
}

/** A float field. */
export function float(field: number, value: number): Message {
  const data = new DataView(new ArrayBuffer(4));
  data.setFloat32(0, value, true);
  return of([...tag(field, wireType.float32), ...new Uint8Array(data.buffer)]);
}

/** A string field, as UTF-8. */
export function string(field: number, value: string): Message {
  return bytes(field, encodeUtf8(value));
}

/** A bytes field. Shares memory with `value` until it is joined. */
export function bytes(field: number, value: Uint8Array): Message {
  return nested(field, { pieces: [value], length: value.length });
}

/** A field that is a message of these fields. */
export function nested(field: number, ...fields: readonly Message[]): Message {
  const inner = message(...fields);
  return message(of([...tag(field, wireType.bytes), ...varint(inner.length)]), inner);
}

/** The bytes of a message: a copy. */
export function join({ pieces, length }: Message): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(length);
  let position = 0;
  for (const piece of pieces) {
    result.set(piece, position);
    position += piece.length;
  }
  return result;
}

/** The bytes of a text in UTF-8. */
export function encodeUtf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

function of(values: readonly number[]): Message {
  return { pieces: [Uint8Array.from(values)], length: values.length };
}

function tag(field: number, type: number): number[] {
  return varint(field * 8 + type);
}

/** Seven bits a byte, the least first; a negative integer as its two's complement in 64 bits. */
function varint(value: number): number[] {
  let rest = BigInt.asUintN(64, BigInt(value));
  const result: number[] = [];
  while (rest > 0x7fn) {
    result.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  result.push(Number(rest));
  return result;
}
