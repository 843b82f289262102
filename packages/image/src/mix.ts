import type { Random } from '@resnet/random';

import { checkOption, type Rect } from './raster.ts';

/** A batch of normalised images with soft targets, changed in place by {@link mixup} and {@link cutmix}. */
export interface MixableBatch {
  readonly size: number;
  /** `[size, height, width, 3]`. */
  readonly images: Float32Array;
  readonly height: number;
  readonly width: number;
  /** `[size, classes]`: one-hot or soft. */
  readonly targets: Float32Array;
}

/** How strongly {@link mixup} and {@link cutmix} mix two images. */
export interface MixOptions {
  /** The mixing fraction is drawn from Beta(alpha, alpha). */
  readonly alpha: number;
}

/** Mixup and cutmix by their alphas; where both are given, one of them is drawn for each batch. */
export interface BatchMix {
  readonly mixupAlpha?: number | undefined;
  readonly cutmixAlpha?: number | undefined;
  /** The chance that a batch is mixed at all; 1 unless given. */
  readonly probability?: number | undefined;
}

/** [size, classes] of zeros, and a one where the label is. */
export function oneHot(labels: ArrayLike<number>, classes: number): Float32Array {
  const targets = new Float32Array(labels.length * classes);
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i]!;
    checkOption(
      Number.isInteger(label) && label >= 0 && label < classes,
      'oneHot',
      `label ${i} is an integer from 0 to ${classes - 1}`,
      label,
    );
    targets[i * classes + label] = 1;
  }
  return targets;
}

/**
 * mixup (Zhang et al., 2017) as torchvision's v2: image i becomes lambda * image i +
 * (1 - lambda) * image i-1 (the first takes the last), targets likewise; one lambda a batch.
 *
 * @returns lambda
 */
export function mixup(batch: MixableBatch, { alpha }: MixOptions, random: Random): number {
  check(batch, alpha, 'mixup');
  const lambda = random.beta(alpha, alpha);
  mixRows(batch.images, batch.size, lambda);
  mixRows(batch.targets, batch.size, lambda);
  return lambda;
}

/**
 * CutMix (Yun et al., 2019) as torchvision's v2: a rectangle of image i is taken from image i-1;
 * lambda is corrected to the area that is really left, and mixes the targets.
 *
 * @returns the corrected lambda
 */
export function cutmix(batch: MixableBatch, { alpha }: MixOptions, random: Random): number {
  check(batch, alpha, 'cutmix');
  const { size, images, height, width, targets } = batch;
  const box = cutmixBox(height, width, random.beta(alpha, alpha), random);
  const length = height * width * 3;
  const last = images.slice((size - 1) * length, size * length);
  for (let i = size - 1; i >= 0; i--) {
    const other = i === 0 ? last : images.subarray((i - 1) * length, i * length);
    const image = images.subarray(i * length, (i + 1) * length);
    for (let y = box.top; y < box.top + box.height; y++) {
      const from = (y * width + box.left) * 3;
      image.set(other.subarray(from, from + box.width * 3), from);
    }
  }
  const lambda = 1 - (box.width * box.height) / (width * height);
  mixRows(targets, size, lambda);
  return lambda;
}

/** Applies one of both, or neither, as `options` and the generator decide. */
export function mixBatch(batch: MixableBatch, options: BatchMix, random: Random): void {
  const { mixupAlpha = 0, cutmixAlpha = 0, probability = 1 } = options;
  if ((mixupAlpha <= 0 && cutmixAlpha <= 0) || !random.chance(probability)) return;
  const cut = cutmixAlpha > 0 && (mixupAlpha <= 0 || random.chance(0.5));
  if (cut) cutmix(batch, { alpha: cutmixAlpha }, random);
  else mixup(batch, { alpha: mixupAlpha }, random);
}

/** torchvision's box: centred anywhere, sides sqrt(1 - lambda) of the image's, clipped at its edges. */
export function cutmixBox(height: number, width: number, lambda: number, random: Random): Rect {
  const x = random.integer(width);
  const y = random.integer(height);
  const half = 0.5 * Math.sqrt(1 - lambda);
  const halfWidth = Math.trunc(half * width);
  const halfHeight = Math.trunc(half * height);
  const left = Math.max(x - halfWidth, 0);
  const top = Math.max(y - halfHeight, 0);
  return {
    left,
    top,
    width: Math.min(x + halfWidth, width) - left,
    height: Math.min(y + halfHeight, height) - top,
  };
}

/** Row i = lambda * row i + (1 - lambda) * row i-1, from the last to the first. */
function mixRows(data: Float32Array, rows: number, lambda: number): void {
  const length = data.length / rows;
  const last = data.slice((rows - 1) * length);
  for (let i = rows - 1; i >= 0; i--) {
    const row = data.subarray(i * length, (i + 1) * length);
    const other = i === 0 ? last : data.subarray((i - 1) * length, i * length);
    for (let k = 0; k < length; k++) row[k] = lambda * row[k]! + (1 - lambda) * other[k]!;
  }
}

function check(batch: MixableBatch, alpha: number, operation: string): void {
  const { size, images, height, width, targets } = batch;
  checkOption(alpha > 0, operation, 'alpha is positive', alpha);
  checkOption(
    size > 0 && images.length === size * height * width * 3 && targets.length % size === 0,
    operation,
    `images are [${size}, ${height}, ${width}, 3] and targets [${size}, classes]`,
    { images: images.length, targets: targets.length },
  );
}
