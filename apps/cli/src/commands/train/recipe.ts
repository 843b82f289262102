/**
 * How `resnet train` trains where no flag says: the values, and why they are so. The defaults of
 * flags stand with their flags.
 */
export const recipe = {
  /**
   * Whether each block starts as the identity (Goyal et al., 2017): it steadies large batches and
   * high rates, of which there are none here, and was slower off the mark on the demo.
   */
  zeroInitResidual: false,

  /**
   * Image sizes to choose from. The largest that does not exceed the median shorter side of the
   * images by more than a little: enlarged images cost time and teach the net nothing new.
   */
  imageSizes: [32, 48, 64, 96, 128, 160, 192, 224],
  imageSizeSlack: 1.15,
  /** This many images are looked at for their size. */
  imageSizeSample: 64,
  /** The optimisers' learning rates are for this batch; another batch scales them in proportion. */
  learningRateBatch: 32,
  /** On them, with published weights: what was learned should be adapted, not overwritten. */
  fineTuningFactor: 0.1,
  /** Up for a third, down for the rest; momentum is left as it is. */
  oneCycle: { warmupFraction: 0.3, startDivisor: 25, endDivisor: 1e4 },

  /**
   * The longest step that gradients may ask for. With few images the warm-up is a handful of
   * steps, and some nets would be thrown far out by the first large ones.
   */
  clipNorm: 1,
} as const;

/**
 * The image size for images of a given median shorter side; see {@link recipe.imageSizes}.
 *
 * @param shorterSide in pixels
 */
export function chooseImageSize(shorterSide: number): number {
  const fitting = recipe.imageSizes.filter((size) => size <= shorterSide * recipe.imageSizeSlack);
  return fitting.at(-1) ?? recipe.imageSizes[0];
}
