import { checkOption, checkRaster, type Raster } from './raster.ts';

/** One number a channel: red, green, blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Mean of ImageNet's training pixels in units of 0-1: what torchvision's and most of timm's weights expect. */
export const imagenetMean: Rgb = [0.485, 0.456, 0.406];
/** Standard deviation that goes with {@link imagenetMean}. */
export const imagenetStd: Rgb = [0.229, 0.224, 0.225];

/** Mean and standard deviation in units of 0-1. */
export interface Normalization {
  readonly mean: Rgb;
  readonly std: Rgb;
}

/** A function from a raster to `height * width * 3` floats (HWC): (pixel / 255 - mean) / std. */
export type Normalizer = (raster: Raster, out?: Float32Array) => Float32Array;

/**
 * Prepares {@link normalize} for one mean and standard deviation: a table of 256 floats a channel,
 * each step rounded to single precision as torch's `ToTensor` and `Normalize` round, so that the
 * floats are the same to the last bit.
 */
export function normalizer({ mean, std }: Normalization): Normalizer {
  checkOption(
    mean.length === 3 && mean.every(Number.isFinite) && std.length === 3 && std.every((s) => s > 0),
    'normalize',
    'mean and std are three numbers each, std positive',
    { mean, std },
  );
  const red = table(mean[0], std[0]);
  const green = table(mean[1], std[1]);
  const blue = table(mean[2], std[2]);
  return (raster, out = new Float32Array(raster.width * raster.height * 3)) => {
    checkRaster(raster, 'normalize');
    const { data } = raster;
    checkOption(
      out.length === data.length,
      'normalize',
      `out holds ${data.length} floats`,
      out.length,
    );
    for (let i = 0; i < data.length; i += 3) {
      out[i] = red[data[i]!]!;
      out[i + 1] = green[data[i + 1]!]!;
      out[i + 2] = blue[data[i + 2]!]!;
    }
    return out;
  };
}

/** A raster as `height * width * 3` floats (HWC), normalised; written into `out` where given. */
export function normalize(
  raster: Raster,
  normalization: Normalization,
  out?: Float32Array,
): Float32Array {
  return normalizer(normalization)(raster, out);
}

/**
 * Images of `height * width * 3` floats, laid one after the other: an NHWC batch.
 *
 * @throws ImageError where an image has another length
 */
export function batchOf(
  images: readonly Float32Array[],
  height: number,
  width: number,
): Float32Array {
  const length = height * width * 3;
  const batch = new Float32Array(images.length * length);
  for (const [i, image] of images.entries()) {
    checkOption(
      image.length === length,
      'batchOf',
      `image ${i} holds ${height} x ${width} x 3 = ${length} floats`,
      image.length,
    );
    batch.set(image, i * length);
  }
  return batch;
}

function table(mean: number, std: number): Float32Array {
  const m = Math.fround(mean);
  const s = Math.fround(std);
  return Float32Array.from({ length: 256 }, (_, value) =>
    Math.fround(Math.fround(Math.fround(value / 255) - m) / s),
  );
}
