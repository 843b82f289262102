import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, StateDict } from '@resnet/model';

import { TrainingError } from '../errors.ts';
import type { Optimizer } from '../optimizer/optimizer.ts';
import type { OptimizerState } from '../optimizer/apply.ts';

/** An optimiser's state as host tensors named `exp_avg/layer1.0.conv1.weight`. */
export async function readOptimizerState(state: OptimizerState): Promise<StateDict> {
  const result = new Map<string, HostTensor>();
  for (const [path, entry] of state.parameters) {
    for (const [name, variable] of Object.entries(entry)) {
      const data = Float32Array.from(await variable.data());
      result.set(`${name}/${path}`, { shape: variable.shape, dtype: 'float32', data });
    }
  }
  return result;
}

/**
 * Puts what was saved into `state`'s variables.
 *
 * @throws TrainingError `CHECKPOINT_INVALID` where one is missing or of another shape
 */
export function writeOptimizerState(
  state: OptimizerState,
  saved: StateDict,
  optimizer: Optimizer,
): void {
  for (const [path, entry] of state.parameters) {
    for (const name of optimizer.stateNames) {
      const variable = entry[name]!;
      const tensor = saved.get(`${name}/${path}`);
      if (tensor?.dtype !== 'float32' || tensor.shape.join() !== variable.shape.join()) {
        throw new TrainingError(
          'CHECKPOINT_INVALID',
          `resume: the optimizer's ${name}/${path} should be float32 [${variable.shape.join(', ')}], ` +
            (tensor === undefined
              ? 'and is missing'
              : `is ${tensor.dtype} [${tensor.shape.join(', ')}]`),
        );
      }
      tf.tidy(() => variable.assign(tf.tensor(tensor.data, variable.shape)));
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
