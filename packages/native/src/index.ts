export { cacheFolder } from './cache.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export { loadTensorflow, type LoadOptions, type Tensorflow } from './load.ts';
export type { ProvisionProgress } from './progress.ts';
export { bfloat16Support } from './processor.ts';
export { provision, type Provisioned, type ProvisionOptions } from './provision.ts';
export { nativeStatus, type NativeStatus } from './status.ts';
