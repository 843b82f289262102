/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its fixtures */
import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { parameterCount, parameterSpecs } from '../architecture/parameter-specs.ts';
import { layerTable } from './layer-table.ts';
import { listModels, modelConfig } from './zoo.ts';

interface Published {
  readonly imagenet: Readonly<Record<string, { parameters: number; gmacs: number }>>;
  readonly cifar10: Readonly<Record<string, { parameters_millions: number }>>;
  readonly timm: Readonly<Record<string, { parameters: number; names: string }>>;
}

// `imagenet` and `cifar10` as published, `timm` by tooling/reference/model/zoo.py
const published = JSON.parse(
  readFileSync(new URL('../../test/fixtures/zoo.json', import.meta.url), 'utf8'),
) as Published;

function gmacs(name: string): number {
  const rows = layerTable(modelConfig(name), [224, 224]);
  return rows.reduce((sum, row) => sum + row.macs, 0) / 1e9;
}

describe('the zoo', () => {
  it.each(Object.entries(published.imagenet))(
    '%s is as published',
    (name, { parameters, gmacs: expected }) => {
      expect(parameterCount(modelConfig(name))).toBe(parameters);
      expect(gmacs(name).toFixed(2)).toBe(expected.toFixed(2));
    },
  );

  it.each(Object.entries(published.cifar10))('%s is as published', (name, row) => {
    const millions = parameterCount(modelConfig(name)) / 1e6;
    expect(Math.abs(millions - row.parameters_millions)).toBeLessThan(
      row.parameters_millions < 1 ? 0.006 : 0.05,
    );
  });

  it.each([20, 32, 44, 56, 110])(
    'plain%i is as large as resnet%i: option A has no parameters',
    (depth) => {
      expect(parameterCount(modelConfig(`plain${depth}`))).toBe(
        parameterCount(modelConfig(`resnet${depth}`)),
      );
    },
  );

  it.each(Object.entries(published.timm))(
    "%s has timm's parameters, by name and shape",
    (name, expected) => {
      const config = modelConfig(name);
      expect(parameterCount(config)).toBe(expected.parameters);
      const names = parameterSpecs(config).map((spec) => `${spec.name}:${spec.shape.join('x')}\n`);
      expect(fnv1a(names.sort().join(''))).toBe(expected.names);
    },
  );

  it('filters by a glob', () => {
    expect(listModels('resnet18*')).toEqual(['resnet18', 'resnet18d']);
    expect(listModels('*.*')).toEqual([]);
    expect(listModels().length).toBeGreaterThan(20);
  });

  it('offers no model that no reference stands behind', () => {
    const known = [published.imagenet, published.cifar10, published.timm].flatMap(Object.keys);
    // plain nets and CIFAR v2: see test/parity.test.ts
    const others = listModels().filter((name) => !known.includes(name));
    expect(others.filter((name) => !/^plain|^resnetv2_(164|1001)$/.test(name))).toEqual([]);
  });

  it('says what was meant', () => {
    expect(() => modelConfig('ResNet-50')).toThrow(
      expect.objectContaining({
        code: 'MODEL_UNKNOWN',
        message: "modelConfig: no model is named 'ResNet-50'",
        hint: expect.stringMatching(/^Did you mean resnet50/) as unknown,
      }),
    );
    expect(() => modelConfig('toString')).toThrow('no model is named');
  });

  it('lets a config be changed', () => {
    const config = modelConfig('resnet50', { numClasses: 5, strideOn: '1x1' });
    expect(config).toMatchObject({ numClasses: 5, strideOn: '1x1', layers: [3, 4, 6, 3] });
    expect(parameterCount(config)).toBe(25_557_032 - 995 * 2049);
  });
});

function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
