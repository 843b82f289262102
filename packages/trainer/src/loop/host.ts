import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, StateDict } from '@resnet/model';

import { TrainingError } from '../errors.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import type { OptimizerState } from '../optimizer/apply.ts';

/** The slots as host tensors named `slot/path`. */
export async function readSlots(state: OptimizerState): Promise<StateDict> {
  const result = new Map<string, HostTensor>();
  for (const [path, slots] of state.slots) {
    for (const [name, slot] of Object.entries(slots)) {
      const data = Float32Array.from(await slot.data());
      result.set(`${name}/${path}`, { shape: slot.shape, dtype: 'float32', data });
    }
  }
  return result;
}

/**
 * Puts saved slots into `state`'s.
 *
 * @throws TrainingError `CHECKPOINT_INVALID` where one is missing or of another shape
 */
export function writeSlots(state: OptimizerState, saved: StateDict, optimizer: Optimizer): void {
  for (const [path, slots] of state.slots) {
    for (const name of optimizer.slotNames) {
      const slot = slots[name]!;
      const tensor = saved.get(`${name}/${path}`);
      if (tensor?.dtype !== 'float32' || tensor.shape.join() !== slot.shape.join()) {
        throw new TrainingError(
          'CHECKPOINT_INVALID',
          `resume: the optimizer's ${name}/${path} should be float32 [${slot.shape.join(', ')}], ` +
            (tensor === undefined
              ? 'and is missing'
              : `is ${tensor.dtype} [${tensor.shape.join(', ')}]`),
        );
      }
      tf.tidy(() => slot.assign(tf.tensor(tensor.data, slot.shape)));
    }
  }
}

/** The path of the first tensor that holds NaN or infinity. */
export function firstNotFinite(state: StateDict): string | undefined {
  for (const [path, { dtype, data }] of state) {
    if (dtype === 'float32' && !data.every(Number.isFinite)) return path;
  }
  return undefined;
}
