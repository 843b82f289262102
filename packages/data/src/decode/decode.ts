import { readFile } from 'node:fs/promises';

import type { Raster } from '@resnet/image';
import { sniffImageType } from '@resnet/split';
import sharp from 'sharp';

import { bmpSize, decodeBmp } from './bmp.ts';
import { DecodeError } from './decode-error.ts';
import { cmykToRgb, overWhite } from './to-rgb.ts';

/** Limits of {@link decodeFile} and {@link decodeImage}. */
export interface DecodeOptions {
  /** An image with more pixels is refused before it is decoded. */
  readonly maxPixels?: number;
  /**
   * Large images are shrunk by 2, 4 or 8 on the way, as long as their shorter edge stays at least
   * this. A 12-megapixel JPEG is then decoded in about half the time (at 1/4), and all that follows
   * has a sixteenth of the pixels to deal with. They differ from a full decoding: for training only.
   */
  readonly reduceTo?: number | undefined;
}

/** Where Pillow gives up ("decompression bomb"): 179 megapixels, 512 MB as RGB. */
export const defaultMaxPixels = 178_956_970;

/**
 * An image file as 8-bit RGB, the way Pillow's `convert('RGB')` gives it.
 *
 * - EXIF rotation is applied, transparency is laid over white.
 * - 16 bits are cut to the upper 8; Pillow clips 16-bit grey to white instead.
 * - CMYK is converted by the plain formula; colour profiles are not applied.
 * - Of an animation the first frame counts.
 * - A cut off or damaged file is an error, as in Pillow: half an image would be learned as a whole one.
 *
 * The whole image is decoded even where a small one would do, unless `reduceTo` allows otherwise:
 * a shrinking decoder changes what an exact resize makes of the image (at 1/4 of 12 megapixels, by
 * up to 6 levels in a 224-pixel input), and answers should not depend on that.
 *
 * @throws {DecodeError} of any code, naming the file and the reason
 */
export async function decodeFile(path: string, options: DecodeOptions = {}): Promise<Raster> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new DecodeError('FILE_UNREADABLE', readFailure(cause), { path, cause });
  }
  return await decodeImage(bytes, { ...options, path });
}

/**
 * {@link decodeFile} for bytes in memory; `path` is for messages only.
 *
 * @throws {DecodeError} of any code but FILE_UNREADABLE
 */
export async function decodeImage(
  bytes: Buffer,
  { maxPixels = defaultMaxPixels, reduceTo, path }: DecodeOptions & { readonly path?: string } = {},
): Promise<Raster> {
  const named = path === undefined ? {} : { path };
  if (bytes.length === 0) throw new DecodeError('FILE_EMPTY', 'the file is empty', named);
  const type = sniffImageType(bytes.subarray(0, 64));
  if (type === undefined) {
    throw new DecodeError(
      'FORMAT_UNKNOWN',
      'not a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF image',
      named,
    );
  }
  try {
    return type === 'bmp' ? fromBmp(bytes, maxPixels) : await fromSharp(bytes, maxPixels, reduceTo);
  } catch (cause) {
    if (cause instanceof TooLarge) {
      throw new DecodeError(
        'IMAGE_TOO_LARGE',
        `${cause.width} x ${cause.height} pixels are more than the limit of ${maxPixels}`,
        named,
      );
    }
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new DecodeError(
      'IMAGE_DAMAGED',
      `the ${type.toUpperCase()} data is cut off or damaged (${tidy(detail)})`,
      { ...named, cause },
    );
  }
}

async function fromSharp(
  bytes: Buffer,
  maxPixels: number,
  reduceTo: number | undefined,
): Promise<Raster> {
  // 'error' fails on what is missing or broken, and lets pass what decoders merely remark on
  // (such as bytes after the end); Pillow draws the line there too.
  const image = sharp(bytes, { failOn: 'error', ignoreIcc: true, limitInputPixels: false });
  const { width, height, space, autoOrient: upright } = await image.metadata();
  if (width * height > maxPixels) throw new TooLarge(width, height);
  const cmyk = space === 'cmyk';
  const oriented = image.autoOrient();
  const factor = cmyk || reduceTo === undefined ? 1 : reduction(width, height, reduceTo);
  if (factor > 1) {
    oriented.resize({
      width: Math.ceil(upright.width / factor),
      height: Math.ceil(upright.height / factor),
      fit: 'fill',
      kernel: 'linear',
    });
  }
  const pipeline = cmyk
    ? oriented.pipelineColourspace('cmyk').toColourspace('cmyk')
    : oriented.toColourspace('srgb');
  const { data, info } = await pipeline
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const size = { width: info.width, height: info.height };
  if (cmyk && info.channels === 4) return { ...size, data: cmykToRgb(data) };
  if (info.channels === 4) return { ...size, data: overWhite(data) };
  if (info.channels === 3) return { ...size, data };
  throw new Error(`${info.channels} channels of colour`);
}

/** What JPEG decoders can shrink by at almost no cost, and all others by averaging. */
function reduction(width: number, height: number, reduceTo: number): number {
  const shorter = Math.min(width, height);
  return [8, 4, 2].find((factor) => shorter / factor >= reduceTo) ?? 1;
}

function fromBmp(bytes: Buffer, maxPixels: number): Raster {
  const { width, height } = bmpSize(bytes);
  if (width <= 0 || height <= 0) throw new Error(`a size of ${width} x ${height}`);
  if (width * height > maxPixels) throw new TooLarge(width, height);
  return decodeBmp(bytes);
}

class TooLarge extends Error {
  readonly width: number;
  readonly height: number;

  constructor(width: number, height: number) {
    super('too large');
    this.width = width;
    this.height = height;
  }
}

/** The first line of a decoder's message that says something, without what introduces it. */
function tidy(message: string): string {
  const text = message.replace(/^Input (buffer|file) has corrupt header:\s*/, '').trim();
  const [line = ''] = text.split('\n');
  return line.slice(0, 120).trim().replace(/:$/, '') || 'its header is damaged';
}

function readFailure(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  switch (code) {
    case 'ENOENT':
      return 'no such file';
    case 'EACCES':
    case 'EPERM':
      return 'permission denied';
    case 'EISDIR':
      return 'is a folder';
    default:
      return cause instanceof Error ? cause.message : String(cause);
  }
}
