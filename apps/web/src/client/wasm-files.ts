import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url';
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url';

/**
 * Where tfjs's wasm files are, by the names that it knows them by. The page tells the worker: named
 * in its code, they would be out of sight of the bundlers that copy it.
 */
export function wasmFiles(): Readonly<Record<string, string>> {
  const absolute = (url: string): string => new URL(url, import.meta.url).href;
  return {
    'tfjs-backend-wasm.wasm': absolute(plain),
    'tfjs-backend-wasm-simd.wasm': absolute(simd),
    'tfjs-backend-wasm-threaded-simd.wasm': absolute(threadedSimd),
  };
}
