import { encodeUtf8 } from '../utf8.ts';

/**
 * Protocol buffers, writing only: what ONNX needs of them is a dozen messages of integers, strings
 * and bytes, which takes the page below. Generated code for onnx.proto and a runtime would be
 * twenty times the size of the rest of the exporter, and copy the weights once a message.
 *
 * A message is a list of pieces, so that weights are copied once, into the file.
 *
 * Format: https://protobuf.dev/programming-guides/encoding/
 */
export interface Message {
  readonly pieces: readonly Uint8Array[];
  readonly length: number;
}

const wireType = { varint: 0, bytes: 2, float32: 5 } as const;

export function message(...parts: readonly Message[]): Message {
  return {
    pieces: parts.flatMap(({ pieces }) => pieces),
    length: parts.reduce((sum, { length }) => sum + length, 0),
  };
}

/** An integer from 0 to 2^53 - 1, or a small negative one. */
export function integer(field: number, value: number): Message {
  return of(Uint8Array.from([...tag(field, wireType.varint), ...varint(value)]));
}

export function float(field: number, value: number): Message {
  const bytes = new Uint8Array(new Float32Array([value]).buffer);
  return of(Uint8Array.from([...tag(field, wireType.float32), ...bytes]));
}

export function string(field: number, value: string): Message {
  return bytes(field, encodeUtf8(value));
}

/** Shares memory with `value` until it is joined. */
export function bytes(field: number, value: Uint8Array): Message {
  return nested(field, of(value));
}

export function nested(field: number, value: Message): Message {
  const head = Uint8Array.from([...tag(field, wireType.bytes), ...varint(value.length)]);
  return message(of(head), value);
}

export function join({ pieces, length }: Message): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(length);
  let position = 0;
  for (const piece of pieces) {
    result.set(piece, position);
    position += piece.length;
  }
  return result;
}

function of(piece: Uint8Array): Message {
  return { pieces: [piece], length: piece.length };
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
