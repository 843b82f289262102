import { describe, expect, it } from 'vitest';

import { modulePath } from '../weights/parameter-spec.ts';
import { fuseConvBatchNorm, type BlockEnd, type ConvBlock } from './fuse-conv-batch-norm.ts';
import { batchNorm, batchNormRelu, conv } from './layers.ts';
import { ModuleBuilder } from './module.ts';

/** The blocks in what `build` does to a module's input: `conv + norm + relu of`, and what they take. */
function fuse(build: (module: ModuleBuilder) => void, end: BlockEnd = 'activation'): string[] {
  const module = new ModuleBuilder();
  build(module);
  return fuseConvBatchNorm(module.build('block', 'features', true), end).map(describeBlock);
}

function describeBlock({ conv: op, batchNorm: norm, activation, input, addend }: ConvBlock) {
  const parts = [modulePath(op.weights.filter)];
  if (norm !== undefined) parts.push(modulePath(norm.weights.scale));
  if (activation === 'relu') parts.push('relu');
  const taken = addend === undefined ? [input] : [input, addend];
  return `${parts.join(' + ')} of ${taken.join(', ')}`;
}

describe('fuseConvBatchNorm', () => {
  const block = (module: ModuleBuilder): void => {
    const first = module.add(conv('conv1', 4, 4, 3), module.input);
    const second = module.add(conv('conv2', 4, 4, 3), module.add(batchNormRelu('bn1', 4), first));
    module.add({ type: 'addRelu' }, module.add(batchNorm('bn2', 4), second), module.input);
  };

  it('makes a batch norm, an addition and a ReLU part of the convolution before', () => {
    expect(fuse(block)).toEqual(['conv1 + bn1 + relu of 0', 'conv2 + bn2 + relu of 2, 0']);
  });

  it('ends at the batch norm where asked to', () => {
    expect(fuse(block, 'batchNorm')).toEqual(['conv1 + bn1 + relu of 0', 'conv2 + bn2 of 2']);
  });

  it('adds the second path to the first, which therefore stands where the addition stands', () => {
    const blocks = fuse((module) => {
      const branch = module.add(batchNorm('bn1', 4), module.add(conv('conv1', 4, 4, 3), 0));
      const shortcut = module.add(batchNorm('bn2', 4), module.add(conv('conv2', 4, 4, 1), 0));
      module.add({ type: 'addRelu' }, branch, shortcut);
    });
    expect(blocks).toEqual(['conv2 + bn2 of 0', 'conv1 + bn1 + relu of 0, 4']);
  });

  it('leaves a convolution that others take too as it is', () => {
    const blocks = fuse((module) => {
      const shared = module.add(conv('conv1', 4, 4, 3), module.input);
      module.add({ type: 'add' }, module.add(batchNorm('bn1', 4), shared), shared);
    });
    expect(blocks).toEqual(['conv1 of 0']);
  });

  it('takes in one batch norm and one addition, in this order and before a ReLU', () => {
    const twice = fuse((module) => {
      const first = module.add(batchNorm('bn1', 4), module.add(conv('conv1', 4, 4, 3), 0));
      module.add(batchNorm('bn2', 4), first);
    });
    expect(twice).toEqual(['conv1 + bn1 of 0']);
    const late = fuse((module) => {
      const sum = module.add({ type: 'add' }, module.add(conv('conv1', 4, 4, 3), 0), module.input);
      const again = module.add({ type: 'add' }, module.relu(sum), module.input);
      module.add(batchNorm('bn1', 4), again);
    });
    expect(late).toEqual(['conv1 + relu of 0, 0']);
  });
});
