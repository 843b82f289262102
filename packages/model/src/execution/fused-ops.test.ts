import { expect, it } from 'vitest';

import type { Segment } from '../architecture/module.ts';
import { buildNetwork } from '../architecture/network.ts';
import { stepsOf, type FusedStep } from './fused-ops.ts';
import { listModels, modelConfig } from '../architecture/zoo.ts';

function segmentsOf(name: string): readonly Segment[] {
  return buildNetwork(modelConfig(name)).segments;
}

function fusedOf(name: string, segment: string): readonly FusedStep[] {
  const found = segmentsOf(name).find((each) => each.name === segment)!;
  return stepsOf(found).filter((step) => step.type === 'fused');
}

it.each(listModels())('%s: steps do every node once, after those that it takes', (name) => {
  for (const segment of segmentsOf(name)) {
    const made = new Set([0]);
    for (const step of stepsOf(segment)) {
      const singles = step.type === 'single' ? [step] : step.singles;
      expect(made).toContain(step.type === 'single' ? 0 : step.input);
      for (const { node, output } of singles) {
        expect(segment.nodes[output - 1]).toBe(node);
        expect(made).not.toContain(output);
        for (const value of node.inputs) expect(made).toContain(value);
        made.add(output);
      }
    }
    expect(made.size).toBe(segment.nodes.length + 1);
  }
});

it('fuse whole blocks, the projection before what it is added to', () => {
  const [basic, ...noMore] = fusedOf('resnet18', 'layer2.0');
  expect(noMore).toEqual([]);
  expect(
    basic!.units.map(({ conv, batchNorm, input, addend }) => [
      conv.path,
      batchNorm.path,
      input,
      addend,
    ]),
  ).toEqual([
    ['layer2.0.conv1', 'layer2.0.bn1', 0, undefined],
    ['layer2.0.downsample.0', 'layer2.0.downsample.1', 0, undefined],
    ['layer2.0.conv2', 'layer2.0.bn2', 1, 2],
  ]);
  const [bottleneck] = fusedOf('resnet50', 'layer1.1');
  expect(bottleneck!.units.map(({ input, addend }) => [input, addend])).toEqual([
    [0, undefined],
    [1, undefined],
    [2, 0],
  ]);
});

it('fuse each convolution with its batch norm where something else is between them', () => {
  // A shortcut that pools and pads.
  expect(fusedOf('resnet20', 'layer2.0').map(({ units }) => units.length)).toEqual([1, 1]);
  // The stem, before its pool.
  expect(fusedOf('resnet18', 'stem').map(({ units }) => units.length)).toEqual([1]);
});
