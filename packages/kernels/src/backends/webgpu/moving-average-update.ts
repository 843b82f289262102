import type { MovingAverage } from '../../ops/moving-average-update.ts';
import { updateVariable } from './update-variable.ts';

/** `MovingAverageKernels.update` by WGSL programs. */
export function update(pairs: readonly MovingAverage[], weight: number): void {
  for (const { average, value } of pairs) {
    updateVariable(
      'moving_average',
      average,
      { average, value },
      { weight },
      'average[index] + uniforms.weight * (value[index] - average[index])',
    );
  }
}
