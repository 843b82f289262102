import { registerPrimitives } from '../registry.ts';

/** Makes the operations use this package's accelerations on tfjs's `tensorflow` backend. Idempotent. */
export function registerTensorflowKernels(): void {
  registerPrimitives('tensorflow', {});
}
