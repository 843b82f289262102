/* oxlint-disable typescript/consistent-return -- the switch is exhaustive */
import { Random } from '@resnet/random';

import { sizeOf, type ParameterSpec } from './parameter-spec.ts';
import type { HostTensor, StateDict } from './state-dict.ts';

/** Options of {@link initialState}. */
export interface InitOptions {
  /** Same seed, same weights. */
  readonly seed: number | string;
  /**
   * Start the last weight of each residual branch at 0, so that each block starts as its shortcut
   * (Goyal et al., arXiv 1706.02677; torchvision's `zero_init_residual`). Default false.
   */
  readonly zeroInitResidual?: boolean;
}

/**
 * Fresh weights, in torch's layout. Convolutions by He's normal on the fan out, as torchvision,
 * timm and the authors' own Torch code (fb.resnet.torch) have it, for the CIFAR nets too; linear
 * layers by torch's uniform; norms 1 and 0. Each tensor's elements come from a generator of its
 * own name, so a layer more or less changes no other.
 */
export function initialState(
  specs: readonly ParameterSpec[],
  { seed, zeroInitResidual = false }: InitOptions,
): StateDict {
  const random = new Random(seed);
  return new Map(
    specs.map((spec): [string, HostTensor] => {
      const isZero = zeroInitResidual && spec.endsBranch;
      const data = isZero
        ? new Float32Array(sizeOf(spec.shape))
        : initialValues(spec, random.fork(spec.name));
      return [spec.name, { shape: spec.shape, dtype: 'float32', data }];
    }),
  );
}

function initialValues({ shape, initializer }: ParameterSpec, random: Random): Float32Array {
  const data = new Float32Array(sizeOf(shape));
  switch (initializer.kind) {
    case 'constant':
      return data.fill(initializer.value);
    case 'heNormal':
      return fillNormal(data, Math.sqrt(2 / initializer.fanOut), random);
    case 'uniform': {
      const bound = 1 / Math.sqrt(initializer.fanIn);
      for (let i = 0; i < data.length; i++) data[i] = random.uniform(-bound, bound);
      return data;
    }
  }
}

/** Box and Muller's transform, both of each pair: a large net has a hundred million weights. */
function fillNormal(data: Float32Array, std: number, random: Random): Float32Array {
  for (let i = 0; i < data.length; i += 2) {
    const radius = std * Math.sqrt(-2 * Math.log(1 - random.uniform()));
    const angle = 2 * Math.PI * random.uniform();
    data[i] = radius * Math.cos(angle);
    if (i + 1 < data.length) data[i + 1] = radius * Math.sin(angle);
  }
  return data;
}
