import {
  biasCorrections,
  type AdamwParameter,
  type AdamwSettings,
} from '../../ops/adamw-update.ts';
import { updateVariable } from './update-variable.ts';

/** `AdamwKernels.update` by WGSL programs. */
export function update(parameters: readonly AdamwParameter[], settings: AdamwSettings): void {
  const { learningRate, beta1, beta2, epsilon } = settings;
  const { stepSize: rate, correction2Sqrt: correction } = biasCorrections(settings);
  for (const { parameter, gradient, expAvg, expAvgSq, weightDecay } of parameters) {
    updateVariable(
      'adamw_exp_avg',
      expAvg,
      { expAvg, gradient },
      { keep: beta1, take: 1 - beta1 },
      'uniforms.keep * expAvg[index] + uniforms.take * gradient[index]',
    );
    updateVariable(
      'adamw_exp_avg_sq',
      expAvgSq,
      { expAvgSq, gradient },
      { keep: beta2, take: 1 - beta2 },
      'uniforms.keep * expAvgSq[index] + uniforms.take * gradient[index] * gradient[index]',
    );
    updateVariable(
      'adamw_step',
      parameter,
      { parameter, expAvg, expAvgSq },
      { keep: 1 - learningRate * weightDecay, rate, correction, epsilon },
      `uniforms.keep * parameter[index] - uniforms.rate * expAvg[index]
        / (sqrt(expAvgSq[index]) / uniforms.correction + uniforms.epsilon)`,
    );
  }
}
