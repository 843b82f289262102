import { formatModelConfig, modelConfig, resnetConfig, type ModelCard } from '@resnet/model';
import { describe, expect, it } from 'vitest';

import { defaultLimits, inspectModel } from './check-model.ts';
import { PredictorError } from './errors.ts';

const card = (changes: Partial<ModelCard> = {}): ModelCard => ({
  architecture: 'resnet18',
  config: modelConfig('resnet18', { numClasses: 3 }),
  labelNames: ['a', 'b', 'c'],
  pretrainedCfg: {
    inputSize: [3, 224, 224],
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
    interpolation: 'bilinear',
    cropPct: 0.875,
  },
  ...changes,
});

const tiny = { block: 'basic', layers: [1], channels: [8], numClasses: 3 } as const;

function codeAndMessage(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof PredictorError) return `${error.code}: ${error.message}`;
    throw error;
  }
  return 'nothing thrown';
}

describe('inspectModel', () => {
  it("knows torchvision's figures without a backend", () => {
    const report = inspectModel(formatModelConfig(card()));
    expect(report.parameters).toBe(11_178_051);
    // torchvision's 1.814 G, less the classifier of 1000 classes.
    expect(report.multiplyAdds / 1e9).toBeCloseTo(1.814, 2);
    expect(report.hasActivationMaps).toBe(true);
    expect(report.card.labelNames).toEqual(['a', 'b', 'c']);
  });

  it('refuses at once what would take the memory or the time of a machine', () => {
    const hostile = (changes: Parameters<typeof resnetConfig>[0], pretrained = {}): object => {
      const file = formatModelConfig(card({ architecture: 'mine', config: resnetConfig(changes) }));
      return { ...file, pretrained_cfg: Object.assign({}, file['pretrained_cfg'], pretrained) };
    };
    const start = performance.now();
    for (const [config, what] of [
      [hostile({ ...tiny, layers: [1_000_000] }), 'residual blocks'],
      [hostile({ ...tiny, channels: [1_000_000] }), 'parameters'],
      [hostile({ ...tiny, stemWidth: 1_000_000 }), 'multiply-adds'],
      [hostile(tiny, { input_size: [3, 100_000, 8] }), 'input pixels'],
      [hostile(tiny, { input_size: [3, 1024, 1024], crop_pct: 1e-9 }), 'before the crop'],
      [
        hostile({ ...tiny, stem: 'cifar', channels: [900] }, { input_size: [3, 1024, 1024] }),
        'multiply-adds',
      ],
      [
        {
          ...hostile(tiny),
          num_classes: 500_000,
          label_names: null,
          resnet: resnetConfig({ ...tiny, numClasses: 500_000 }),
        },
        'classes',
      ],
    ] as const) {
      expect(codeAndMessage(() => inspectModel(config))).toContain('MODEL_TOO_LARGE');
      expect(codeAndMessage(() => inspectModel(config))).toContain(what);
    }
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('takes what a caller allows', () => {
    const config = formatModelConfig(card());
    expect(() => inspectModel(config, { ...defaultLimits, parameters: 1e6 })).toThrow(
      'expected at most 1000000 parameters, received a net of 11178051',
    );
  });
});
