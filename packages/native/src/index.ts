export { cacheFolder } from './cache.ts';
export { NativeError, type NativeErrorCode } from './errors.ts';
export { loadTensorflow, type LoadOptions, type Tensorflow } from './load.ts';
