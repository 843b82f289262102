import { registerPrimitives } from '../../registry.ts';
import { activationOn } from './activation.ts';
import { batchNormOn } from './batch-norm.ts';
import { bfloat16 } from './bfloat16.ts';
import { convolutionOn } from './convolution.ts';
import { float32 } from './executor.ts';
import { compileGraph } from './graph/compile.ts';
import { adamwUpdate, clipByGlobalNorm, movingAverageUpdate, sgdUpdate } from './optimizer.ts';
import { avgPoolOn, maxPoolOn } from './pooling.ts';
import { fuseUnitsOn } from './units.ts';

export interface TensorflowOptions {
  /**
   * `bfloat16`: convolutions and what lies between them, forward and backward, in bfloat16.
   * Parameters, statistics, the head and the loss stay float32, and so does all that the caller
   * sees. Worth it only where the processor has bfloat16 instructions (AVX-512 BF16, AMX):
   * elsewhere it takes longer than float32. Default `float32`.
   */
  readonly precision?: 'float32' | 'bfloat16';
}

/**
 * Makes the operations use TensorFlow's fused kernels on tfjs-node's `tensorflow` backend. May be
 * called before the backend is loaded, and again: the last precision holds.
 */
export function registerTensorflowKernels({ precision = 'float32' }: TensorflowOptions = {}): void {
  const on = precision === 'bfloat16' ? bfloat16 : float32;
  registerPrimitives('tensorflow', {
    compile: (graph) => compileGraph(graph, precision),
    ...convolutionOn(on),
    ...activationOn(on),
    ...batchNormOn(on),
    fuseUnits: fuseUnitsOn(on),
    ...maxPoolOn(on),
    ...avgPoolOn(on),
    clipByGlobalNorm,
    sgdUpdate,
    adamwUpdate,
    movingAverageUpdate,
  });
}
