import type { SgdParameter, SgdSettings } from '../../ops/sgd-update.ts';
import { updateVariable } from './update-variable.ts';

const decayedGradient = '(gradient[index] + uniforms.weightDecay * parameter[index])';

/** `SgdKernels.update` by WGSL programs. */
export function update(parameters: readonly SgdParameter[], settings: SgdSettings): void {
  const { learningRate, momentum: rate, nesterov } = settings;
  for (const { parameter, gradient, momentumBuffer, weightDecay } of parameters) {
    const inputs = { parameter, gradient };
    if (momentumBuffer === undefined) {
      const value = `parameter[index] - uniforms.learningRate * ${decayedGradient}`;
      updateVariable('sgd', parameter, inputs, { learningRate, weightDecay }, value);
      continue;
    }
    const next = `uniforms.rate * momentumBuffer[index] + ${decayedGradient}`;
    updateVariable(
      'sgd_momentum',
      momentumBuffer,
      { ...inputs, momentumBuffer },
      { rate, weightDecay },
      next,
    );
    if (nesterov) {
      const floats = { learningRate, rate, weightDecay };
      const step = `(${decayedGradient} + uniforms.rate * momentumBuffer[index])`;
      const value = `parameter[index] - uniforms.learningRate * ${step}`;
      updateVariable('sgd_nesterov_step', parameter, { ...inputs, momentumBuffer }, floats, value);
    } else {
      const value = 'parameter[index] - uniforms.learningRate * momentumBuffer[index]';
      updateVariable(
        'sgd_momentum_step',
        parameter,
        { parameter, momentumBuffer },
        { learningRate },
        value,
      );
    }
  }
}
