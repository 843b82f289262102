import { WebPredictorError } from '../errors.ts';
import type { Picture } from '../protocol.ts';
import type { ImageInput } from '../types.ts';

/**
 * A picture as a worker can have it. Files stay files, to be decoded there; what is on the page
 * already becomes a bitmap of its own, so the caller's stays as it is.
 *
 * @throws WebPredictorError IMAGE_UNREADABLE, OPTION_INVALID
 */
export async function pictureOf(image: ImageInput): Promise<Picture> {
  if (typeof image === 'string') return { kind: 'url', url: new URL(image, document.baseURI).href };
  if (image instanceof Blob) return { kind: 'blob', blob: image };
  if (image instanceof ImageData) return { kind: 'pixels', pixels: image };
  if (image instanceof HTMLImageElement) await loaded(image);
  if (!isBitmapSource(image)) {
    throw new WebPredictorError(
      'OPTION_INVALID',
      `classify: expected a Blob, ImageBitmap, image, canvas, video, ImageData or URL, received ${Object.prototype.toString.call(image)}`,
    );
  }
  const frame = image instanceof HTMLVideoElement ? frameOf(image) : undefined;
  if (frame) return { kind: 'frame', frame };
  try {
    const bitmap = await createImageBitmap(image, {
      imageOrientation: 'from-image',
      colorSpaceConversion: 'none',
      premultiplyAlpha: 'none',
    });
    return { kind: 'bitmap', bitmap };
  } catch (cause) {
    throw unreadable(
      'the picture cannot be read; is it still loading, empty, or of another origin that does not allow it?',
      cause,
    );
  }
}

/** What is to be handed over with it, rather than copied. */
export function transfersOf(picture: Picture): Transferable[] {
  if (picture.kind === 'bitmap') return [picture.bitmap];
  if (picture.kind === 'frame') return [picture.frame];
  return picture.kind === 'prepared' ? [picture.input.buffer] : [];
}

/** Whether it is still whole after it was handed over, for another try. */
export function isReusable(picture: Picture): boolean {
  return picture.kind === 'blob' || picture.kind === 'url' || picture.kind === 'pixels';
}

/** What a video shows; undefined where only a bitmap may tell, or what is wrong. */
function frameOf(video: HTMLVideoElement): VideoFrame | undefined {
  if (typeof VideoFrame === 'undefined') return undefined;
  try {
    return new VideoFrame(video);
  } catch {
    return undefined;
  }
}

async function loaded(image: HTMLImageElement): Promise<void> {
  try {
    await image.decode();
  } catch (cause) {
    throw unreadable('the image element has no picture, or a broken one', cause);
  }
}

function isBitmapSource(image: unknown): image is Exclude<ImageInput, string> {
  return [ImageBitmap, HTMLImageElement, HTMLCanvasElement, OffscreenCanvas, HTMLVideoElement].some(
    (type) => image instanceof type,
  );
}

function unreadable(problem: string, cause: unknown): WebPredictorError {
  return new WebPredictorError('IMAGE_UNREADABLE', problem, { cause });
}
