import { WebPredictorError } from '../errors.ts';
import type { Picture, PreparedPicture } from '../protocol.ts';
import { inspectPicture } from './picture-file.ts';
import { checkSize } from './picture-size.ts';
import { rasterOf, type OwnRaster } from './raster-of.ts';
import { rasterOfFrame } from './raster-of-frame.ts';

/** A file of more is no picture: 179 megapixels take half a gigabyte uncompressed. */
const fileBytes = 512 * 2 ** 20;

/**
 * A picture as upright 8-bit RGB over white, colour profiles left aside: as the `resnet` command
 * reads it, but for what decoders round differently.
 *
 * @throws WebPredictorError IMAGE_UNREADABLE, IMAGE_TOO_LARGE; AbortError
 */
export async function decodePicture(
  picture: Exclude<Picture, PreparedPicture>,
  signal: AbortSignal,
): Promise<OwnRaster> {
  if (picture.kind === 'frame') {
    const raster = await rasterOfFrame(picture.frame);
    if (raster) return raster;
  }
  const source = await sourceOf(picture, signal);
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(source, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
  } catch (cause) {
    const type = source instanceof Blob && source.type ? ` (${source.type.slice(0, 50)})` : '';
    throw unreadable(
      `this browser cannot decode the picture${type}: damaged, or a format that it does not know`,
      cause,
    );
  }
  try {
    checkSize(bitmap);
    return rasterOf(bitmap);
  } finally {
    bitmap.close();
  }
}

async function sourceOf(
  picture: Exclude<Picture, PreparedPicture>,
  signal: AbortSignal,
): Promise<ImageBitmapSource> {
  if (picture.kind === 'bitmap') return picture.bitmap;
  if (picture.kind === 'frame') return picture.frame;
  if (picture.kind === 'pixels') return picture.pixels;
  const blob = picture.kind === 'blob' ? picture.blob : await fetchPicture(picture.url, signal);
  if (blob.size === 0) throw unreadable('the file is empty');
  if (blob.size > fileBytes) {
    throw new WebPredictorError(
      'IMAGE_TOO_LARGE',
      `expected a picture file of at most ${fileBytes} bytes, received ${blob.size}`,
    );
  }
  const { problem, size } = await inspectPicture(blob);
  if (problem !== undefined) throw unreadable(problem);
  // Before it is decoded: a few kilobytes may claim gigapixels.
  if (size !== undefined) checkSize(size);
  return blob;
}

async function fetchPicture(url: string, signal: AbortSignal): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(url, { signal });
  } catch (cause) {
    signal.throwIfAborted();
    throw unreadable(
      `${url.slice(0, 200)} cannot be reached; is the address right, and does another origin allow it (Access-Control-Allow-Origin)?`,
      cause,
    );
  }
  if (!response.ok) {
    throw unreadable(`the server answered ${response.status} for ${url.slice(0, 200)}`);
  }
  return await response.blob();
}

function unreadable(problem: string, cause?: unknown): WebPredictorError {
  return new WebPredictorError('IMAGE_UNREADABLE', problem, { cause });
}
