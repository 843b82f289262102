import { checkSize } from './picture-size.ts';
import { rasterBuffers, type OwnRaster } from './raster-of.ts';
import { SpareBuffer } from './spare-buffer.ts';

/**
 * How cameras and videos come. None has four bytes a pixel, so that a frame's size tells whether a
 * browser converts it; none is see-through.
 */
const formats: readonly (VideoPixelFormat | null)[] = ['I420', 'I422', 'NV12'];

const frameBuffers = new SpareBuffer((length) => new Uint8Array(length));

/**
 * The pixels of a video's frame, converted to sRGB. Unlike bitmaps and canvases, that leaves
 * nothing behind: Chromium keeps every frame that was drawn in a cache of up to half a gigabyte.
 *
 * @returns undefined where a browser cannot read it so, or it has to be turned or stretched
 * @throws WebPredictorError IMAGE_TOO_LARGE
 */
export async function rasterOfFrame(frame: VideoFrame): Promise<OwnRaster | undefined> {
  const { displayWidth: width, displayHeight: height, visibleRect } = frame;
  if (visibleRect?.width !== width || visibleRect.height !== height || isTurned(frame)) {
    return undefined;
  }
  checkSize({ width, height });
  const size = width * height * 4;
  const options = { format: 'RGBX', colorSpace: 'srgb' } as const;
  let pixels: Uint8Array<ArrayBuffer>;
  try {
    // A browser that knows no conversion gives the bytes of the frame's own format.
    if (!formats.includes(frame.format) || frame.allocationSize(options) !== size) return undefined;
    pixels = frameBuffers.take(size);
    await frame.copyTo(pixels, options);
  } catch {
    return undefined;
  }
  const data = rasterBuffers.take(width * height * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    data[to] = pixels[from]!;
    data[to + 1] = pixels[from + 1]!;
    data[to + 2] = pixels[from + 2]!;
  }
  frameBuffers.give(pixels);
  return { width, height, data };
}

/** Whether it is to be shown rotated or mirrored: newer browsers tell. */
function isTurned(frame: VideoFrame & { readonly rotation?: number; readonly flip?: boolean }) {
  return (frame.rotation ?? 0) !== 0 || frame.flip === true;
}
