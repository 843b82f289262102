import { jpegScan, jpegSize } from './jpeg-header.ts';

export interface FileParts {
  readonly head: DataView;
  readonly tail: Uint8Array;
  /** Of the whole file. */
  readonly size: number;
  /** Where in the file the tail begins. */
  readonly tailStart: number;
}

/** Functions throw RangeError where they read past the end of what there is. */
export interface PictureFormat {
  readonly name: string;
  readonly starts: (head: Uint8Array) => boolean;
  readonly isWhole?: (file: FileParts) => boolean;
  /** [width, height]; undefined where it is not in the head. */
  readonly sizeOf?: (head: DataView) => readonly [number, number] | undefined;
}

export function formatOf(head: Uint8Array): PictureFormat | undefined {
  return formats.find(({ starts }) => starts(head));
}

const formats: readonly PictureFormat[] = [
  {
    name: 'JPEG',
    starts: (head) => has(head, 0, [0xff, 0xd8, 0xff]),
    // The marker of the end, in the data of the picture: a preview in the header has its own.
    isWhole: ({ head, tail, tailStart }) => {
      const from = Math.max(0, (jpegScan(head) ?? head.byteLength) - tailStart);
      return find(tail, [0xff, 0xd9], Math.min(from, tail.length)) !== -1;
    },
    sizeOf: jpegSize,
  },
  {
    name: 'PNG',
    starts: (head) => has(head, 0, [0x89, 0x50, 0x4e, 0x47]),
    isWhole: ({ tail }) => find(tail, ascii('IEND'), 0) !== -1,
    sizeOf: (head) => [head.getUint32(16), head.getUint32(20)],
  },
  {
    name: 'WebP',
    starts: (head) => has(head, 0, ascii('RIFF')) && has(head, 8, ascii('WEBP')),
    isWhole: ({ head, size }) => size >= 8 + head.getUint32(4, true),
    sizeOf: webpSize,
  },
  {
    name: 'GIF',
    starts: (head) => has(head, 0, ascii('GIF8')),
    sizeOf: (head) => [head.getUint16(6, true), head.getUint16(8, true)],
  },
  { name: 'AVIF', starts: (head) => has(head, 4, ascii('ftyp')) },
  {
    name: 'BMP',
    starts: (head) => has(head, 0, ascii('BM')),
    isWhole: ({ head, size }) => size >= head.getUint32(2, true),
    // Negative heights mean rows from the top.
    sizeOf: (head) => [Math.abs(head.getInt32(18, true)), Math.abs(head.getInt32(22, true))],
  },
  { name: 'ICO', starts: (head) => has(head, 0, [0, 0, 1, 0]) },
  {
    name: 'TIFF',
    starts: (head) => has(head, 0, ascii('II*\0')) || has(head, 0, ascii('MM\0*')),
  },
];

/** The three kinds of WebP have their size in three places (RFC 9649). */
function webpSize(head: DataView): readonly [number, number] | undefined {
  const kind = String.fromCharCode(head.getUint8(15));
  if (kind === 'X') {
    const at = (offset: number): number =>
      1 + head.getUint16(offset, true) + (head.getUint8(offset + 2) << 16);
    return [at(24), at(27)];
  }
  if (kind === 'L') {
    const bits = head.getUint32(21, true);
    return [1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff)];
  }
  return [head.getUint16(26, true) & 0x3fff, head.getUint16(28, true) & 0x3fff];
}

/** Where the bytes are, from `from` on, or -1. */
function find(bytes: Uint8Array, wanted: readonly number[], from: number): number {
  for (let at = bytes.length - wanted.length; at >= from; at--) {
    if (has(bytes, at, wanted)) return at;
  }
  return -1;
}

function has(bytes: Uint8Array, at: number, wanted: readonly number[]): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function ascii(text: string): readonly number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}
