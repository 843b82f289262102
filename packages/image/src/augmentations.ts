import type { TrainTransform } from './train-transform.ts';

/** The levels of {@link augmentations}. */
export type Augmentation = 'none' | 'light' | 'strong';

/** What is random about training images: the rest of a `TrainTransform` is the model's. */
export type AugmentationSettings = Pick<
  TrainTransform,
  'crop' | 'horizontalFlip' | 'colorJitter' | 'randAugment' | 'randomErasing'
>;

/**
 * Levels of augmentation for a few hundred images a class and more. Spread one into the options of
 * `trainTransform`, beside `inputSize`, `mean`, `std` and `interpolation`.
 */
export const augmentations: Readonly<Record<Augmentation, AugmentationSettings>> = {
  /** The evaluation transform: for tests, and for data where position and scale carry meaning. */
  none: {
    crop: { kind: 'centerCrop', cropPct: 1 },
    horizontalFlip: 0,
    colorJitter: null,
    randAugment: null,
    randomErasing: null,
  },
  /**
   * Random crops and mirroring. Crops keep at least half of the area: less loses small objects,
   * and takes more epochs to learn than a short run has.
   */
  light: {
    crop: { kind: 'randomResizedCrop', scale: [0.5, 1], ratio: [3 / 4, 4 / 3] },
    horizontalFlip: 0.5,
    colorJitter: null,
    randAugment: null,
    randomErasing: null,
  },
  /** For long runs, that would otherwise memorise the images. */
  strong: {
    crop: { kind: 'randomResizedCrop', scale: [0.25, 1], ratio: [3 / 4, 4 / 3] },
    horizontalFlip: 0.5,
    colorJitter: { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.02 },
    randAugment: { numOps: 2, magnitude: 9 },
    randomErasing: { probability: 0.25, scale: [0.02, 1 / 3], ratio: [0.3, 1 / 0.3], fill: 'zero' },
  },
};
