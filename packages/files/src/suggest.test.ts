import { describe, expect, it } from 'vitest';

import { didYouMean, suggest } from './suggest.ts';

const models = ['resnet18', 'resnet34', 'resnet50', 'resnet101', 'plain18', 'seresnet50'];

describe('suggest', () => {
  it('finds what was meant', () => {
    expect(suggest('resent18', models)[0]).toBe('resnet18');
    expect(suggest('ResNet-50', models)[0]).toBe('resnet50');
    expect(suggest('plan18', models)[0]).toBe('plain18');
    expect(suggest('plain', models)).toEqual(['plain18']);
  });

  it('offers nothing for what is like nothing', () => {
    expect(suggest('vit_base_patch16', models)).toEqual([]);
    expect(didYouMean('vit_base_patch16', models)).toBeUndefined();
  });

  it('names at most three', () => {
    expect(didYouMean('resnet', models)?.split(' or ').length).toBe(3);
  });
});
