import { registerPrimitives } from '../registry.ts';

/** Makes the operations use this package's accelerations on tfjs's `webgpu` backend. Idempotent. */
export function registerWebgpuKernels(): void {
  registerPrimitives('webgpu', {});
}
