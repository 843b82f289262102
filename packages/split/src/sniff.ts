/** The image formats that {@link sniffImageType} tells apart. */
export type ImageType = 'jpeg' | 'png' | 'webp' | 'gif' | 'bmp' | 'tiff' | 'avif';

/** How many bytes from the start of a file are enough for {@link sniffImageType}. */
export const sniffLength = 64;

/**
 * The image format by a file's first bytes, whatever its name says; undefined when it is none of
 * those known. Signatures: WHATWG MIME Sniffing, section 6.1; for TIFF the 6.0 specification and
 * BigTIFF; for AVIF the file type box of ISO/IEC 14496-12 with the brands of the AVIF specification.
 *
 * @param head the first bytes of the file; {@link sniffLength} of them, or all where it is shorter
 */
export function sniffImageType(head: Uint8Array): ImageType | undefined {
  if (startsWith(head, [0xff, 0xd8, 0xff])) return 'jpeg';
  if (startsWith(head, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'png';
  if (text(head, 0, 4) === 'RIFF' && text(head, 8, 12) === 'WEBP') return 'webp';
  if (text(head, 0, 6) === 'GIF87a' || text(head, 0, 6) === 'GIF89a') return 'gif';
  if (isBmp(head)) return 'bmp';
  if (isTiff(head)) return 'tiff';
  if (isAvif(head)) return 'avif';
  return undefined;
}

/** 'BM' alone starts many a text; the size of the header that follows settles it. */
function isBmp(head: Uint8Array): boolean {
  if (text(head, 0, 2) !== 'BM' || head.length < 18) return false;
  const headerSize = head[14]! + 256 * (head[15]! + 256 * (head[16]! + 256 * head[17]!));
  return [12, 16, 40, 52, 56, 64, 108, 124].includes(headerSize);
}

function isTiff(head: Uint8Array): boolean {
  return [
    [0x49, 0x49, 42, 0],
    [0x4d, 0x4d, 0, 42],
    [0x49, 0x49, 43, 0], // BigTIFF
    [0x4d, 0x4d, 0, 43],
  ].some((magic) => startsWith(head, magic));
}

/** A file type box that names AVIF as its major brand or among the compatible ones. */
function isAvif(head: Uint8Array): boolean {
  if (text(head, 4, 8) !== 'ftyp') return false;
  const boxSize = head[0]! * 0x1000000 + head[1]! * 0x10000 + head[2]! * 0x100 + head[3]!;
  const end = Math.min(boxSize, head.length);
  for (let at = 8; at + 4 <= end; at += 4) {
    if (at === 12) continue; // The minor version, no brand.
    if (['avif', 'avis'].includes(text(head, at, at + 4))) return true;
  }
  return false;
}

function startsWith(head: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, i) => head[i] === byte);
}

function text(head: Uint8Array, from: number, to: number): string {
  return head.length < to ? '' : String.fromCharCode(...head.subarray(from, to));
}
