export { FileError, type FileErrorCode } from './errors.ts';
export { lockFolder } from './lock.ts';
export { makeFolder } from './make-folder.ts';
export { missingPath } from './missing-path.ts';
export { didYouMean, suggest } from './suggest.ts';
export { describeSystemError, hasCode } from './system-errors.ts';
export { recoverFolder, replaceFolder, writeWhole } from './write-whole.ts';
