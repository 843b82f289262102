import { describe, expect, it } from 'vitest';

import { parameterSpecs } from '../architecture/parameter-specs.ts';
import { matchesPrefix } from '../weights/match-prefix.ts';
import { classifierPrefix, stagePrefixes } from './stage-prefixes.ts';
import { listModels, modelConfig } from './zoo.ts';

describe('stagePrefixes', () => {
  it('names the parts as torchvision and timm do', () => {
    expect(Object.fromEntries(stagePrefixes(modelConfig('resnet20')))).toEqual({
      stem: ['conv1', 'bn1'],
      layer1: ['layer1'],
      layer2: ['layer2'],
      layer3: ['layer3'],
      backbone: ['conv1', 'bn1', 'layer1', 'layer2', 'layer3', 'norm'],
    });
    expect(stagePrefixes(modelConfig('resnetv2_50')).get('layer4')).toEqual(['stages.3']);
  });

  it.each(listModels())('%s: every parameter is in the backbone or the classifier', (name) => {
    const config = modelConfig(name);
    const stages = stagePrefixes(config);
    const head = classifierPrefix(config);
    const specs = parameterSpecs(config);
    for (const spec of specs) {
      const inBackbone = matchesPrefix(spec.name, stages.get('backbone')!);
      expect([spec.name, inBackbone]).toEqual([spec.name, !matchesPrefix(spec.name, [head])]);
    }
    for (const [stage, prefixes] of stages) {
      const count = specs.filter((spec) => matchesPrefix(spec.name, prefixes)).length;
      expect([stage, count > 0]).toEqual([stage, true]);
    }
  });
});
