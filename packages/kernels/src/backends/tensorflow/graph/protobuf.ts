// As much of protocol buffers as a GraphDef needs: https://protobuf.dev/programming-guides/encoding

/** A message in pieces, so that weights are copied once, when all is joined. */
export type Pieces = readonly Uint8Array[];

function varint(value: bigint): number[] {
  const bytes: number[] = [];
  // Two's complement in 64 bits, as int64 has it.
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function tag(field: number, wireType: number): number[] {
  return varint(BigInt((field << 3) | wireType));
}

/** An int32, int64, bool or enum. */
export function integer(field: number, value: number): Pieces {
  return [Uint8Array.from([...tag(field, 0), ...varint(BigInt(value))])];
}

export function float(field: number, value: number): Pieces {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return [Uint8Array.from([...tag(field, 5), ...bytes])];
}

/** A nested message, or bytes. */
export function message(field: number, ...parts: readonly Pieces[]): Pieces {
  const pieces = parts.flat();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return [Uint8Array.from([...tag(field, 2), ...varint(BigInt(length))]), ...pieces];
}

/** Names and attributes are ASCII. */
export function ascii(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

export function text(field: number, value: string): Pieces {
  return message(field, [ascii(value)]);
}

/** A repeated integer field, packed. */
export function integers(field: number, values: readonly number[]): Pieces {
  return message(field, [Uint8Array.from(values.flatMap((value) => varint(BigInt(value))))]);
}

export function join(pieces: Pieces): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}
