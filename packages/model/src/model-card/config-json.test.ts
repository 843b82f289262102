import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { modelConfig } from '../architecture/zoo.ts';
import { formatModelConfig, parseModelConfig } from './config-json.ts';
import type { ModelCard } from './model-card.ts';

/** Written by timm's save_for_hf: tooling/reference/model/predictor.py */
function timm(name: string): string {
  return readFileSync(new URL(`../../test/fixtures/timm-${name}.json`, import.meta.url), 'utf8');
}

const card: ModelCard = {
  architecture: 'resnet18',
  config: modelConfig('resnet18', { numClasses: 2 }),
  labelNames: ['cat', 'dog'],
  pretrainedCfg: {
    inputSize: [3, 64, 64],
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    interpolation: 'bilinear',
    cropPct: 0.9,
  },
};

const file = (changes: object): object => ({ ...formatModelConfig(card), ...changes });

describe('parseModelConfig', () => {
  it("reads timm's own files", () => {
    expect(parseModelConfig(timm('resnet18.a1_in1k'))).toEqual({
      architecture: 'resnet18',
      config: modelConfig('resnet18'),
      labelNames: Array.from({ length: 1000 }, (_, i) => String(i)),
      pretrainedCfg: {
        inputSize: [3, 224, 224],
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        interpolation: 'bicubic',
        cropPct: 0.95,
      },
    });
    const grey = parseModelConfig(timm('seresnet50'));
    expect(grey.config).toEqual(modelConfig('seresnet50', { inChannels: 1, numClasses: 2 }));
    expect(grey.labelNames).toEqual(['cat', 'dog']);
    expect(grey.pretrainedCfg).toMatchObject({ inputSize: [1, 224, 224], mean: [0.449] });
  });

  it("reads timm's older flat form", () => {
    const flat = {
      architecture: 'resnet34',
      num_classes: 3,
      labels: ['a', 'b', 'c'],
      input_size: [3, 32, 32],
      crop_pct: 1,
    };
    expect(parseModelConfig(flat)).toMatchObject({
      config: modelConfig('resnet34', { numClasses: 3 }),
      labelNames: ['a', 'b', 'c'],
      pretrainedCfg: { inputSize: [3, 32, 32], cropPct: 1, interpolation: 'bicubic' },
    });
  });

  it('names by index what has no name', () => {
    const parsed = parseModelConfig(file({ num_classes: 3, label_names: { 0: 'a', 2: 'c' } }));
    expect(parsed.labelNames).toEqual(['a', '1', 'c']);
  });

  it.each<[string, string | object, string]>([
    ['no JSON', '{"architecture"', 'JSON'],
    [
      'what nests without end',
      `{"architecture":${'['.repeat(1e5)}`,
      'JSON (it nests more than 64 deep)',
    ],
    ['a list', '[]', 'a JSON object'],
    ['no architecture', {}, 'architecture must be a name; received nothing'],
    ['an architecture of others', file({ architecture: 'vit_base' }), "named 'vit_base'"],
    ['too few labels', file({ label_names: ['cat'] }), 'label_names must be a list of 2 names'],
    ['a label past the classes', file({ label_names: { 2: 'bird' } }), 'indices below 2'],
    ['an argument of others', file({ model_args: { aa_layer: 'blur' } }), 'received aa_layer'],
    ['classes by halves', file({ num_classes: 1.5 }), 'numClasses'],
    ['a net of other classes', file({ resnet: modelConfig('resnet20') }), 'num_classes must be 10'],
    [
      'a model of transformers',
      { model_type: 'resnet', architectures: ['ResNetForImageClassification'] },
      'a model of the transformers library',
    ],
    ['no net', file({ resnet: { block: 'basic' } }), 'layers'],
    ['a size of nothing', file({ pretrained_cfg: { input_size: [3, 0, 64] } }), 'input_size'],
    ['a std of 0', file({ pretrained_cfg: { std: [1, 1, 0] } }), 'std must be positive'],
    ['another interpolation', file({ pretrained_cfg: { interpolation: 'random' } }), 'random'],
    ['another crop', file({ pretrained_cfg: { crop_mode: 'squash' } }), 'crop_mode'],
    ['a crop of more than all', file({ pretrained_cfg: { crop_pct: 1.1 } }), 'crop_pct'],
  ])('refuses %s', (_, source, message) => {
    expect(() => parseModelConfig(source)).toThrow(message);
  });
});

describe('formatModelConfig', () => {
  const through = (value: ModelCard): ModelCard =>
    parseModelConfig(JSON.stringify(formatModelConfig(value)));

  it("writes timm's fields, and none of ours where they suffice", () => {
    const written = formatModelConfig(card);
    expect(written).toMatchObject({
      architecture: 'resnet18',
      num_classes: 2,
      num_features: 512,
      label_names: ['cat', 'dog'],
      pretrained_cfg: { input_size: [3, 64, 64], crop_pct: 0.9, classifier: 'fc' },
    });
    expect(written).not.toHaveProperty('resnet');
    expect(written).not.toHaveProperty('model_args');
    expect(through(card)).toEqual(card);
  });

  it("puts what timm has arguments for among timm's arguments", () => {
    const overrides = { numClasses: 2, globalPool: 'max', outputStride: 16 } as const;
    const changed = { ...card, config: modelConfig('resnet18', overrides) };
    expect(formatModelConfig(changed)).toMatchObject({
      model_args: { global_pool: 'max', output_stride: 16 },
    });
    expect(through(changed)).toEqual(changed);
  });

  it('writes the whole config of a net that has no name', () => {
    const config = modelConfig('resnet18', { numClasses: 2, layers: [1, 1, 1, 1] });
    const changed = { ...card, config };
    expect(formatModelConfig(changed)).toHaveProperty('resnet');
    expect(through(changed)).toEqual(changed);
    const unnamed = { ...card, architecture: 'my-net' };
    expect(through(unnamed)).toEqual(unnamed);
  });

  it('refuses labels that are not one a class', () => {
    expect(() => formatModelConfig({ ...card, labelNames: ['cat'] })).toThrow('a list of 2 names');
  });
});
