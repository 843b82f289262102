import type { HistoryRow } from '@resnet/trainer';

import type { PassedOver } from '../../backends/select.ts';

/** What is said before work starts. */
export interface RunStart {
  readonly backend: string;
  readonly backendDetail: string;
  readonly backendReason: string;
  readonly passedOver: readonly PassedOver[];
  /** What convolutions are computed in. */
  readonly precision: 'float32' | 'bf16';
  readonly data: string;
  readonly classes: readonly string[];
  readonly trainImages: number;
  readonly valImages: number;
  readonly testImages: number;
  readonly model: string;
  readonly parameters: number;
  readonly imageSize: readonly [height: number, width: number];
  readonly epochs: number;
  /** What the epochs were fitted to. */
  readonly minutes: number | undefined;
  readonly batch: number;
  readonly optimizer: string;
  readonly learningRate: number;
  readonly augment: string;
  readonly folder: string;
  /** A run of that name that is left alone. */
  readonly beside: string | undefined;
  /** Where the weights come from, and what is done with them; undefined for fresh ones. */
  readonly fineTuning:
    | {
        readonly weights: string;
        readonly freshHead: string | undefined;
        readonly freeze: readonly string[];
        readonly backboneLr: number;
        readonly trainedParameters: number;
      }
    | undefined;
  readonly resumes: boolean;
  /** Epochs that a resumed run has done. */
  readonly epochsDone: number;
}

export interface StepReport {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, and in an epoch. */
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
  /** Mean over the epoch so far. */
  readonly epochLoss: number;
  readonly epochTop1: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly dataWaitFraction: number;
  readonly secondsLeft: number;
}

export interface EpochReport {
  readonly row: HistoryRow;
  readonly epochs: number;
  readonly isBest: boolean;
}

export interface CheckpointReport {
  readonly epochsDone: number;
  /** Batches done of the epoch under way. */
  readonly batchesDone: number;
}

export interface SkippedImage {
  readonly path: string;
  readonly reason: string;
}

export interface RunEnd {
  readonly stopped: boolean;
  readonly folder: string;
  readonly best: { readonly epoch: number; readonly top1: number } | undefined;
  /** Whether there were images to validate on. */
  readonly validated: boolean;
  readonly seconds: number;
  readonly skipped: readonly SkippedImage[];
  /** Commands to type next. */
  readonly next: readonly string[];
}

/** Tells the user how a run goes. */
export interface Reporter {
  start(start: RunStart): void;
  step(step: StepReport): void;
  epoch(epoch: EpochReport): void;
  /** A checkpoint is written: from here on a run can be resumed at this point. */
  checkpoint(at: CheckpointReport): void;
  /** Something went otherwise than expected, but the run goes on. */
  warn(text: string): void;
  /** The first Ctrl-C came. */
  stopping(): void;
  end(end: RunEnd): void;
  /** Leaves the terminal as it was; also after an error. */
  close(): void;
}
