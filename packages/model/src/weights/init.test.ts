import { describe, expect, it } from 'vitest';

import { parameterSpecs } from '../architecture/parameter-specs.ts';
import { modelConfig } from '../architecture/zoo.ts';
import { initialState } from './init.ts';

describe('initialState', () => {
  const state = initialState(parameterSpecs(modelConfig('resnext50_32x4d', { numClasses: 10 })), {
    seed: 'a',
  });

  it.each([
    // torch's fan out of a grouped convolution ignores the groups
    ['layer2.1.conv2.weight', Math.sqrt(2 / (256 * 9))],
    ['layer4.0.downsample.0.weight', Math.sqrt(2 / 2048)],
    ['conv1.weight', Math.sqrt(2 / (64 * 49))],
  ])("draws %s from He's normal", (name, std) => {
    const { data } = state.get(name)!;
    const values = Array.from(data, Number);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const second = values.reduce((a, b) => a + b ** 2, 0) / values.length;
    const fourth = values.reduce((a, b) => a + b ** 4, 0) / values.length;
    expect(Math.abs(mean) / std).toBeLessThan(0.05);
    expect(Math.sqrt(second) / std).toBeGreaterThan(0.97);
    expect(Math.sqrt(second) / std).toBeLessThan(1.03);
    expect(fourth / second ** 2).toBeGreaterThan(2.8);
    expect(fourth / second ** 2).toBeLessThan(3.2);
  });

  it("draws linear layers as torch's Linear does", () => {
    const bound = 1 / Math.sqrt(2048);
    const { data } = state.get('fc.weight')!;
    const values = Array.from(data, Number);
    expect(Math.max(...values)).toBeLessThan(bound);
    expect(Math.max(...values)).toBeGreaterThan(0.99 * bound);
    expect(Math.min(...values)).toBeLessThan(-0.99 * bound);
  });

  it('starts norms at 1 and 0', () => {
    expect(Array.from(state.get('bn1.weight')!.data, Number)).toEqual(Array(64).fill(1));
    expect(Array.from(state.get('bn1.bias')!.data, Number)).toEqual(Array(64).fill(0));
  });
});
