import type { StateDict } from '@resnet/model';
import type { RandomState } from '@resnet/random';

import type { Best, EpochSums, HistoryRow } from '../history.ts';
import type { Settings } from './settings.ts';

/**
 * A training between two steps: everything needed to go on as if it had never stopped, in host
 * memory. Independent of the backend; the promise of the same bits holds on the same one.
 */
export interface Checkpoint {
  readonly version: 1;
  /** Whole epochs done. */
  readonly epochsDone: number;
  /** Batches done of the epoch under way; all of them where only its validation is missing. */
  readonly batchesDone: number;
  /** Optimiser updates done, over all epochs. */
  readonly step: number;
  /** Of the epoch under way. */
  readonly sums: EpochSums;
  readonly history: readonly HistoryRow[];
  readonly best?: Best;
  /** Of the generator that every step's own is forked from. */
  readonly random: RandomState;
  /** What the training was started with. */
  readonly settings: Settings;
  /** Parameters and buffers in torch's names and layout. */
  readonly model: StateDict;
  /** `momentum_buffer/layer1.0.conv1.weight` and so on, in the layout of the model's variables. */
  readonly optimizer: StateDict;
  /** The averaged weights, as `model`. */
  readonly ema?: StateDict;
}
