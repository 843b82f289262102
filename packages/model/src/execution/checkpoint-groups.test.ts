import { describe, expect, it } from 'vitest';

import { buildNetwork } from '../architecture/build-network.ts';
import { modelConfig } from '../architecture/zoo.ts';
import { checkpointGroups } from './checkpoint-groups.ts';
import { modulesOf } from './forward.ts';

function groupSizes(name: string, side: number): number[] {
  const [, ...blocks] = modulesOf(buildNetwork(modelConfig(name)), 'features');
  const groups = checkpointGroups(blocks, [side, side, 16]);
  expect(groups.flat()).toEqual(blocks);
  return groups.map((group) => group.length);
}

describe('checkpointGroups', () => {
  it('takes about the square root of what is alike, more of what is smaller', () => {
    const sizes = groupSizes('resnet1202', 32);
    expect(sizes.length).toBeGreaterThan(15);
    expect(sizes.length).toBeLessThan(60);
    expect(Math.max(...sizes)).toBeGreaterThan(1.5 * sizes[0]!);
  });

  it('takes few blocks where images are large', () => {
    const [, ...blocks] = modulesOf(buildNetwork(modelConfig('resnet50')), 'features');
    const sizes = checkpointGroups(blocks, [112, 112, 64]).map((group) => group.length);
    expect(sizes[0]).toBeLessThanOrEqual(2);
    expect(Math.max(...sizes)).toBeGreaterThan(2);
  });

  it('makes one group of one block', () => {
    const [, block] = modulesOf(buildNetwork(modelConfig('resnet20')), 'features');
    expect(checkpointGroups([block!], [8, 8, 16])).toEqual([[block]]);
  });
});
