import { expect, it } from 'vitest';

import { buildNetwork } from '../architecture/build-network.ts';
import type { Module } from '../architecture/module.ts';
import { listModels, modelConfig } from '../architecture/zoo.ts';
import { modulePath } from '../weights/parameter-spec.ts';
import { trainingOps, type FusedOp } from './fused-ops.ts';

function modulesOf(name: string): readonly Module[] {
  return buildNetwork(modelConfig(name)).modules;
}

function fusedOf(name: string, module: string): readonly FusedOp[] {
  const found = modulesOf(name).find((each) => each.name === module)!;
  return trainingOps(found).filter((op) => op.type === 'fused');
}

it.each(listModels())('%s: training does every node once, after those that it takes', (name) => {
  for (const module of modulesOf(name)) {
    const made = new Set([0]);
    for (const op of trainingOps(module)) {
      expect(made).toContain(op.type === 'node' ? 0 : op.input);
      for (const index of op.type === 'node' ? [op.index] : op.nodes) {
        expect(made).not.toContain(index + 1);
        for (const value of module.nodes[index]!.inputs) expect(made).toContain(value);
        made.add(index + 1);
      }
    }
    expect(made.size).toBe(module.nodes.length + 1);
  }
});

it('fuses whole blocks, the projection before what it is added to', () => {
  const [basic, ...noMore] = fusedOf('resnet18', 'layer2.0');
  expect(noMore).toEqual([]);
  expect(
    basic!.blocks.map(({ conv, batchNorm, input, addend }) => [
      modulePath(conv.weights.filter),
      modulePath(batchNorm.weights.scale),
      input,
      addend,
    ]),
  ).toEqual([
    ['layer2.0.conv1', 'layer2.0.bn1', 0, undefined],
    ['layer2.0.downsample.0', 'layer2.0.downsample.1', 0, undefined],
    ['layer2.0.conv2', 'layer2.0.bn2', 1, 2],
  ]);
  // Statistics come in the order of the batch norms in the net, as torch updates them.
  expect(basic!.normOrder).toEqual([0, 2, 1]);
  const [bottleneck] = fusedOf('resnet50', 'layer1.1');
  expect(bottleneck!.blocks.map(({ input, addend }) => [input, addend])).toEqual([
    [0, undefined],
    [1, undefined],
    [2, 0],
  ]);
});

it('fuses each convolution with its batch norm where something else is between them', () => {
  // A shortcut that pools and pads.
  expect(fusedOf('resnet20', 'layer2.0').map(({ blocks }) => blocks.length)).toEqual([1, 1]);
  // The stem, before its pool.
  expect(fusedOf('resnet18', 'stem').map(({ blocks }) => blocks.length)).toEqual([1]);
});
