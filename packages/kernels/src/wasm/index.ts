import { registerPrimitives } from '../registry.ts';

/** Makes the operations use this package's accelerations on tfjs's `wasm` backend. Idempotent. */
export function registerWasmKernels(): void {
  registerPrimitives('wasm', {});
}
