/** One epoch, as a row of a table. Losses are means an image, accuracies fractions in 0 to 1. */
export interface HistoryRow {
  /** From 1. */
  readonly epoch: number;
  /** Of the epoch's last step. */
  readonly learningRate: number;
  /** With label smoothing and soft targets, where used; measured while training. */
  readonly trainLoss: number;
  readonly trainTop1: number;
  /** Plain cross entropy; of the averaged weights where they are kept. */
  readonly valLoss?: number;
  readonly valTop1?: number;
  readonly valTop5?: number;
  /** Training alone, waiting for data included. */
  readonly imagesPerSecond: number;
  /** Spent training, without validation. */
  readonly seconds: number;
  /** The fraction of `seconds` spent waiting for data. */
  readonly dataWaitFraction: number;
}

/** The best epoch so far: highest top-1 on validation, then lowest loss (training's without it). */
export interface Best {
  /** From 1. */
  readonly epoch: number;
  readonly loss: number;
  readonly top1: number;
}

/** The sums of an epoch under way. */
export interface EpochSums {
  readonly loss: number;
  readonly correct: number;
  readonly images: number;
  readonly dataWaitMs: number;
  readonly stepMs: number;
  /** Of the last step. */
  readonly learningRate: number;
}

export const noSums: EpochSums = {
  loss: 0,
  correct: 0,
  images: 0,
  dataWaitMs: 0,
  stepMs: 0,
  learningRate: 0,
};

/** Whether `row` beats `best`, and what the new best is. */
export function betterThan(best: Best | undefined, row: HistoryRow): Best | undefined {
  const candidate: Best = {
    epoch: row.epoch,
    loss: row.valLoss ?? row.trainLoss,
    top1: row.valTop1 ?? row.trainTop1,
  };
  const better =
    best === undefined ||
    candidate.top1 > best.top1 ||
    (candidate.top1 === best.top1 && candidate.loss < best.loss);
  return better ? candidate : undefined;
}
