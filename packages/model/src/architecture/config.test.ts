import { describe, expect, it } from 'vitest';

import { parseConfig, resnetConfig } from './config.ts';

const resnet50 = resnetConfig({ block: 'bottleneck', layers: [3, 4, 6, 3] });

describe('parseConfig', () => {
  it('takes what JSON makes of a config', () => {
    expect(parseConfig(JSON.parse(JSON.stringify(resnet50)))).toEqual(resnet50);
  });

  it.each<[string, unknown, string]>([
    ['no object', 'resnet50', 'config must be an object'],
    ['an unknown field', { ...resnet50, width: 2 }, 'width must be absent: fields are block,'],
    [
      'a missing field',
      { ...resnet50, block: undefined },
      'block must be basic, bottleneck; received undefined',
    ],
    ['a block that is none', { ...resnet50, block: 'inverted' }, 'received inverted'],
    ['no layers', { ...resnet50, layers: [] }, 'layers must be a list of 1 to 16'],
    ['half a layer', { ...resnet50, layers: [3, 4, 6, 0.5] }, 'layers must be'],
    [
      'fewer widths than stages',
      { ...resnet50, channels: [64] },
      'as many stages as layers has (4)',
    ],
    ['an endless width', { ...resnet50, stemWidth: 1e9 }, 'stemWidth must be an integer from 1'],
    ['a rate of 1', { ...resnet50, dropRate: 1 }, 'dropRate must be a number in [0, 1)'],
    ['negative classes', { ...resnet50, numClasses: -1 }, 'numClasses must be'],
    ['groups in basic blocks', { ...resnet50, block: 'basic', groups: 32 }, 'groups must be 1'],
    ['an output stride of 4', { ...resnet50, outputStride: 4 }, 'outputStride must be 32, 16 or 8'],
    [
      'dilation of a net for CIFAR',
      { ...resnet50, stem: 'cifar', outputStride: 16 },
      'outputStride must be 32 with a cifar stem; received 16',
    ],
    ['widths of nothing', { ...resnet50, baseWidth: 1, channels: [8, 8, 8, 8] }, 'wide enough'],
    [
      'a plain net of v2',
      { ...resnet50, shortcut: 'none', order: 'fullPreActivation' },
      'plain net',
    ],
  ])('refuses %s', (_, value, message) => {
    expect(() => parseConfig(value)).toThrow(message);
  });
});
