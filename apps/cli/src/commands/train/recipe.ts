import type { TrainTransform } from '@resnet/image';

/**
 * What `resnet train` does when it is told nothing: the values, and why they are so. They are for
 * training from scratch on a few hundred images a class; every one has a flag.
 */
export const recipe = {
  /** The smallest of the classic nets: with little data a deeper one overfits before it helps. */
  model: 'resnet18',
  /**
   * Whether each block starts as the identity (Goyal et al., 2017): it steadies large batches and
   * high rates, of which there are none here, and was slower off the mark on the demo.
   */
  zeroInitResidual: false,
  epochs: 30,
  batch: 32,
  /** Any fixed number: the same command gives the same model. */
  seed: 0,

  /**
   * Image sizes to choose from. The largest that does not exceed the median shorter side of the
   * pictures by more than a little: enlarged pictures cost time and tell the net nothing new.
   */
  imageSizes: [32, 48, 64, 96, 128, 160, 192, 224],
  imageSizeSlack: 1.15,
  /** As many pictures are looked at for their size. */
  imageSizeSample: 64,
  /**
   * Share of the shorter side that evaluation's centre crop keeps: all of it. What is cut off at
   * the edges of small pictures is missed more than the zoom helps.
   */
  cropPct: 1,
  interpolation: 'bilinear',

  /** Share of each class kept for validation where the data brings no such part. */
  val: 0.2,

  /**
   * AdamW under a one-cycle schedule: its steps do not depend on the scale of gradients, so it
   * learns from the first epochs on and does not blow up on a hundred pictures. On the
   * demo, SGD at 0.02 was far behind it after 9 of 12 epochs, and SGD at 0.05 was unsteady.
   */
  optimizer: 'adamw',
  adamw: { learningRate: 1e-3, weightDecay: 0.05 },
  sgd: { learningRate: 0.02, momentum: 0.9, nesterov: true, weightDecay: 5e-4 },
  /** The learning rates above are for this batch; another batch scales them in proportion. */
  learningRateBatch: 32,
  /** Up for a third, down for the rest; momentum is left as it is. */
  oneCycle: { warmupShare: 0.3, startDivisor: 25, endDivisor: 1e4 },

  /**
   * The longest step that gradients may ask for. With few pictures the warm-up is a handful of
   * steps, and some nets would be thrown far out by the first large ones.
   */
  clipNorm: 1,

  /** Keeps the net from growing sure of what a noisy label says (Szegedy et al., 2016). */
  labelSmoothing: 0.1,
  mixup: 0,
  cutmix: 0,

  /**
   * Averaging the weights (`--ema 0.998`: about the last 500 steps) is steadier than any single
   * step's; a schedule that ends near 0 does much the same, without a fifth of a step's time.
   */
  ema: false,

  augment: 'light',
} as const;

export type Augmentation = 'none' | 'light' | 'strong';

/** What is random about training pictures, in the terms of @resnet/image. */
export type AugmentationSettings = Pick<
  TrainTransform,
  'crop' | 'horizontalFlip' | 'colorJitter' | 'randAugment' | 'randomErasing'
>;

/** What `--augment` chooses from. */
export const augmentations: Readonly<Record<Augmentation, AugmentationSettings>> = {
  /** The evaluation transform: for tests, and for data where position and scale carry meaning. */
  none: {
    crop: { kind: 'centerCrop', cropPct: recipe.cropPct },
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
  /** For long runs, that would otherwise learn the pictures by heart. */
  strong: {
    crop: { kind: 'randomResizedCrop', scale: [0.25, 1], ratio: [3 / 4, 4 / 3] },
    horizontalFlip: 0.5,
    colorJitter: { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.02 },
    randAugment: { numOps: 2, magnitude: 9 },
    randomErasing: { probability: 0.25, scale: [0.02, 1 / 3], ratio: [0.3, 1 / 0.3], fill: 'zero' },
  },
};

export const augmentationNames: readonly Augmentation[] = ['none', 'light', 'strong'];

/**
 * The image size for pictures of a given median shorter side; see {@link recipe.imageSizes}.
 *
 * @param shorterSide in pixels
 */
export function chooseImageSize(shorterSide: number): number {
  const fitting = recipe.imageSizes.filter((size) => size <= shorterSide * recipe.imageSizeSlack);
  return fitting.at(-1) ?? recipe.imageSizes[0];
}
