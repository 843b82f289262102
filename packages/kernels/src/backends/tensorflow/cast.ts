import { flag, type } from './attributes.ts';
import type { TensorflowBackend } from './backend.ts';
import type { Dtype } from './executor.ts';

/** A handle of the same values in the other dtype; the caller deletes it. */
export function cast(backend: TensorflowBackend, id: number, to: Dtype): number {
  const from = to === 'float32' ? 'bfloat16' : 'float32';
  const attributes = [type('SrcT', from), type('DstT', to), flag('Truncate', false)];
  return backend.binding.executeOp('Cast', attributes, [id], 1)[0]!.id;
}
