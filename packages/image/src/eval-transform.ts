import { centerCropOffset, coveringSize, resizedWindow, type Size } from './geometry.ts';
import { normalizer, type Normalization, type Rgb } from './normalize.ts';
import { checkOption, checkRaster, ImageError, isSize, type Raster, type Rect } from './raster.ts';
import type { Interpolation } from './resize/filters.ts';
import type { Box } from './resize/resample.ts';
import { checkInterpolation } from './resize/resize.ts';

/** How an image becomes a network's input when nothing is random: timm's `pretrained_cfg`. Plain JSON. */
export interface EvalTransform extends Normalization {
  /** [height, width] of the result. */
  readonly inputSize: Size;
  /** The fraction of the resized shorter edge that the crop keeps: resize to floor(size / cropPct). */
  readonly cropPct: number;
  readonly interpolation: Interpolation;
}

/** How a model folder says that images were prepared: timm's `pretrained_cfg`, `[channels, height, width]`. */
export interface Preprocessing {
  readonly inputSize: readonly [channels: number, height: number, width: number];
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly interpolation: EvalTransform['interpolation'];
  readonly cropPct: number;
}

/**
 * The evaluation transform of a model, from its card's `pretrainedCfg`.
 *
 * @throws {ImageError} OPTION_INVALID when the model takes other than three channels
 */
export function evalTransformOf(preprocessing: Preprocessing): EvalTransform {
  const { inputSize, mean, std, interpolation, cropPct } = preprocessing;
  const [channels, height, width] = inputSize;
  if (channels !== 3) {
    const message = `The model takes images of ${channels} channels; images have 3.`;
    throw new ImageError('OPTION_INVALID', message);
  }
  return { inputSize: [height, width], mean: rgb(mean), std: rgb(std), interpolation, cropPct };
}

function rgb([r = 0, g = 0, b = 0]: readonly number[]): Rgb {
  return [r, g, b];
}

/** From an image to `height * width * 3` floats (HWC); written into `out` where given. */
export type EvalFunction = (raster: Raster, out?: Float32Array) => Float32Array;

/**
 * torchvision's `Resize(floor(size / cropPct))`, `CenterCrop(size)`, `ToTensor`, `Normalize` on a
 * PIL image, with its rounding of sizes and offsets: `cropPct` 0.875 at 224 is the familiar
 * Resize(256) + CenterCrop(224). Resize and crop are fused: what the crop drops is not computed.
 *
 * @throws ImageError for options out of range, and (when called) for a malformed raster
 */
export function evalTransform(options: EvalTransform): EvalFunction {
  const crop = evalCrop(options);
  const toFloats = normalizer(options);
  return (raster, out) => toFloats(crop(raster), out);
}

/** The pixel part of {@link evalTransform}: the resized and cropped image before normalisation. */
export function evalCrop(
  options: Pick<EvalTransform, 'inputSize' | 'cropPct' | 'interpolation'>,
): (raster: Raster) => Raster {
  const { inputSize, cropPct, interpolation } = options;
  checkCrop(options, 'evalTransform');
  checkInterpolation(interpolation, 'evalTransform');
  return (raster) => {
    checkRaster(raster, 'evalTransform');
    const { resized, crop } = cropOf(raster, { inputSize, cropPct });
    return resizedWindow(raster, resized, crop, interpolation);
  };
}

/**
 * The part of an image that {@link evalTransform} keeps, in the image's pixels: where to draw
 * what a network found. It reaches outside of images that the crop is padded for.
 *
 * @throws ImageError for options out of range
 */
export function evalBox(
  image: { readonly width: number; readonly height: number },
  options: Pick<EvalTransform, 'inputSize' | 'cropPct'>,
): Box {
  checkCrop(options, 'evalBox');
  const { resized, crop } = cropOf(image, options);
  const across = image.width / resized[1];
  const down = image.height / resized[0];
  return [
    crop.left * across,
    crop.top * down,
    (crop.left + crop.width) * across,
    (crop.top + crop.height) * down,
  ];
}

/** The size that an image is resized to, and what is kept of that. */
function cropOf(
  image: Pick<Raster, 'width' | 'height'>,
  { inputSize: [height, width], cropPct }: Pick<EvalTransform, 'inputSize' | 'cropPct'>,
): { readonly resized: Size; readonly crop: Rect } {
  const resized = coveringSize(image, [Math.floor(height / cropPct), Math.floor(width / cropPct)]);
  const left = centerCropOffset(resized[1], width);
  const top = centerCropOffset(resized[0], height);
  return { resized, crop: { left, top, width, height } };
}

function checkCrop(
  { inputSize, cropPct }: Pick<EvalTransform, 'inputSize' | 'cropPct'>,
  operation: string,
): void {
  checkInputSize(inputSize, operation);
  checkOption(
    cropPct > 0 && Number.isFinite(cropPct),
    operation,
    'cropPct is a positive number, usually 0.8-1',
    cropPct,
  );
}

export function checkInputSize(inputSize: Size, operation: string): void {
  checkOption(
    inputSize.length === 2 && inputSize.every(isSize),
    operation,
    'inputSize is [height, width] in positive integers',
    inputSize,
  );
}
