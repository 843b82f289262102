import { describe, expect, it } from 'vitest';

import { parameterCount } from '../architecture/parameter-specs.ts';
import { layerTable } from './layer-table.ts';
import { listModels, modelConfig } from './zoo.ts';

describe('layerTable', () => {
  it('has a row an op, with shapes, parameters and MACs', () => {
    const rows = layerTable(modelConfig('resnet50'), [224, 224]);
    expect(rows.slice(0, 4)).toEqual([
      {
        name: 'conv1',
        type: 'conv2d',
        outputShape: [112, 112, 64],
        parameters: 9408,
        macs: 118013952,
      },
      {
        name: 'bn1',
        type: 'batchNorm+relu',
        outputShape: [112, 112, 64],
        parameters: 128,
        macs: 0,
      },
      {
        name: 'maxpool.maxPool',
        type: 'maxPool',
        outputShape: [56, 56, 64],
        parameters: 0,
        macs: 0,
      },
      {
        name: 'layer1.0.conv1',
        type: 'conv2d',
        outputShape: [56, 56, 64],
        parameters: 4096,
        macs: 12845056,
      },
    ]);
    expect(rows.at(-1)).toEqual({
      name: 'fc',
      type: 'linear',
      outputShape: [1000],
      parameters: 2049000,
      macs: 2048000,
    });
  });

  it('adds up to the parameters of the net', () => {
    const wrong = listModels().filter((name) => {
      const config = modelConfig(name);
      const sum = layerTable(config, [32, 32]).reduce((total, row) => total + row.parameters, 0);
      return sum !== parameterCount(config);
    });
    expect(wrong).toEqual([]);
  });

  it('follows odd sizes and dilation', () => {
    const shapeOf = (name: string, size: [number, number], outputStride = 32): readonly number[] =>
      layerTable(modelConfig(name, { outputStride }), size).findLast(
        (row) => row.outputShape.length === 3,
      )!.outputShape;
    expect(shapeOf('resnet18', [65, 97])).toEqual([3, 4, 512]);
    expect(shapeOf('resnet18d', [65, 97])).toEqual([3, 4, 512]);
    expect(shapeOf('resnet18', [64, 64], 8)).toEqual([8, 8, 512]);
    expect(shapeOf('resnet50d', [65, 97], 8)).toEqual([9, 13, 2048]);
    expect(() => layerTable(modelConfig('resnet18'), [0, 3])).toThrow('two positive integers');
  });

  it('refuses a net without end before it takes memory for it', () => {
    const config = modelConfig('resnet18', { layers: [1e6, 1e6, 1e6, 1e6] });
    expect(() => layerTable(config, [64, 64])).toThrow('10000 blocks at most, received layers of');
  });
});
