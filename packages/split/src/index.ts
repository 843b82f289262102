export { checkClasses } from './check.ts';
export { SplitError, type SplitErrorCode } from './errors.ts';
export { groupByPattern } from './groups.ts';
export { compareText, type LabelledFile, type Subsets } from './labelled-file.ts';
export {
  formatManifest,
  parseManifest,
  type ManifestOptions,
  type SplitManifest,
} from './manifest.ts';
export { sniffImageType, sniffLength, type ImageType } from './sniff.ts';
export { splitFiles, type SplitOptions } from './split-files.ts';
export { splitFolds, type FoldOptions } from './split-folds.ts';
