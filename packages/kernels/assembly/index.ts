// The SIMD kernels of src/backends/wasm, in AssemblyScript (TypeScript's syntax, WebAssembly's types): plain
// functions over addresses in the memory of tfjs's wasm backend, which the module imports. They
// allocate nothing and keep no data of their own, so nothing of the backend's can be overwritten.
// All tensors are float32 unless a comment says otherwise.
// `node scripts/build-wasm.mjs` compiles them into src/backends/wasm/simd-module.ts.

export {
  batchNormTraining,
  batchNormGradient,
  batchNormInference,
  batchNormInferenceGradient,
} from './batch-norm';
export { addRelu, reluGradient } from './relu';
export { maxPoolGradient, globalAveragePool, globalAveragePoolGradient } from './pool';
export { addFilterGradient } from './filter-gradient';
export { flipFilter, scatterPixels, gatherPixels, fillZero } from './sub-pixel';
export { sgd, adamw, movingAverage } from './optimizer';
