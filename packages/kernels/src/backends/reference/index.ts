import type { Primitives } from '../../primitives.ts';
import * as activation from './activation.ts';
import * as batchNorm from './batch-norm.ts';
import { convolution } from './convolution.ts';
import { fusedConv2d } from './fused-convolution.ts';
import * as linear from './linear.ts';
import * as loss from './loss.ts';
import * as optimizer from './optimizer.ts';
import * as pooling from './pooling.ts';

/** Every primitive in plain tfjs operations: right on any backend, fast on none. */
export const composed: Primitives = {
  ...activation,
  ...batchNorm,
  ...convolution,
  fusedConv2d,
  ...linear,
  ...loss,
  ...optimizer,
  ...pooling,
};
