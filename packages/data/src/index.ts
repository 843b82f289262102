export {
  type DecodedImage,
  decodeFiles,
  type LoadedImage,
  loadImages,
  type LoadImagesOptions,
} from './loader/load-images.ts';
export { type DatasetLayout, detectLayout } from './dataset/detect-layout.ts';
export { rootFor } from './dataset/manifest-file.ts';
export { type Dataset, type Example, openDataset } from './dataset/open-dataset.ts';
export { type LabelledSet, openLabelled, type SubsetName } from './dataset/open-labelled.ts';
export {
  foldPlanned,
  type PlanOptions,
  planSplit,
  splitPlanned,
  type SplitPlan,
} from './dataset/plan-split.ts';
export { medianShorterSide } from './dataset/shorter-side.ts';
export type { Scan, ScannedFile } from './dataset/scan-folder.ts';
export { labelsOf } from './dataset/warnings.ts';
export { decodeFile, decodeImage, type DecodeOptions } from './decode/decode.ts';
export { DecodeError, type DecodeErrorCode } from './decode/decode-error.ts';
export { DataError, type DataErrorCode } from './errors.ts';
export { exportSplit, type ExportSplitOptions } from './export/export-split.ts';
export { type PlaceMode, placeModes } from './export/placing-errors.ts';
export {
  type ImageFile,
  type ImageLoader,
  imageLoader,
  type ImageLoaderOptions,
} from './loader/image-loader.ts';
export {
  trainingData,
  type TrainingData,
  type TrainingDataOptions,
} from './loader/training-data.ts';
export { defaultWorkers, WorkerPool } from './loader/worker/worker-pool.ts';
export type { BadImage } from './loader/worker/protocol.ts';
