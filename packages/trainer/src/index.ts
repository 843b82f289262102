export type { Checkpoint } from './checkpoint/checkpoint.ts';
export { decodeCheckpoint, encodeCheckpoint } from './checkpoint/files.ts';
export type { Settings } from './checkpoint/settings.ts';
export { clipByGlobalNorm } from './clip.ts';
export { memoryData, type Batch, type DataSource, type MemoryDataOptions } from './data.ts';
export type { EmaOptions } from './ema.ts';
export { TrainingError, type TrainingErrorCode, type TrainingErrorOptions } from './errors.ts';
export {
  evaluate,
  type EvaluateOptions,
  type Evaluation,
  type ImagePrediction,
  type StopSignal,
} from './evaluate.ts';
export type {
  BestEvent,
  CheckpointEvent,
  DoneEvent,
  EpochEvent,
  StartEvent,
  StepEvent,
  StoppedEvent,
  TrainEvent,
} from './events.ts';
export { fitEpochs, type EpochEstimate, type FitEpochsOptions } from './fit-epochs.ts';
export type { Best, EpochSums, HistoryRow } from './history.ts';
export type { ClassMetrics, ConfusionMatrix } from './metrics.ts';
export type { BatchStatistics, TrainableModel } from './model.ts';
export { adamw, type AdamwOptions } from './optimizer/adamw.ts';
export { scaleByPrefix, type GroupOptions } from './optimizer/groups.ts';
export type {
  Optimizer,
  ParameterState,
  UpdateEntry,
  UpdateSettings,
} from './optimizer/optimizer.ts';
export { sgd, type SgdOptions } from './optimizer/sgd.ts';
export type { Gradients, TrainOptions } from './options.ts';
export {
  constant,
  cosine,
  multistep,
  oneCycle,
  step,
  type Progress,
  type Rates,
  type Schedule,
} from './schedule.ts';
export { train } from './train.ts';
