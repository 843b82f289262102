import type { StateDict } from '@resnet/model';
import { describe, expect, it } from 'vitest';

import { noSums } from '../history.ts';
import type { Checkpoint } from './checkpoint.ts';
import { decodeCheckpoint, encodeCheckpoint } from './files.ts';

const weights = (values: number[]): StateDict =>
  new Map([
    ['fc.weight', { shape: [2, 2], dtype: 'float32', data: Float32Array.from(values) }],
    ['bn1.num_batches_tracked', { shape: [], dtype: 'int64', data: BigInt64Array.of(7n) }],
  ]);

const checkpoint: Checkpoint = {
  version: 1,
  epochsDone: 1,
  batchesDone: 3,
  step: 8,
  sums: { ...noSums, loss: 0.1 + 0.2, images: 12 },
  history: [
    {
      epoch: 1,
      learningRate: 0.1,
      trainLoss: 1 / 3,
      trainTop1: 0.5,
      imagesPerSecond: 100,
      seconds: 2,
      dataWaitFraction: 0.01,
    },
  ],
  best: { epoch: 1, loss: 0.7, top1: 0.25 },
  random: [1, 2, 3, 4],
  settings: {
    model: { 'fc.weight': [2, 2] },
    classes: ['a', 'b'],
    optimizer: { name: 'sgd', momentum: 0.9 },
    schedule: { name: 'constant', learningRate: 0.1 },
    parameterGroups: 1,
    epochs: 3,
    trainImages: 20,
    batchesPerEpoch: 5,
    accumulate: 1,
    labelSmoothing: 0,
    clipNorm: null,
    ema: null,
    statisticsMomentum: 0.1,
    freezeBatchNorm: [],
    seed: 0,
  },
  model: weights([1, -0, 1e-40, 3.5]),
  optimizer: new Map([
    ['momentum_buffer/fc.weight', { shape: [2, 2], dtype: 'float32', data: new Float32Array(4) }],
  ]),
};

describe('encodeCheckpoint and decodeCheckpoint', () => {
  it('are each other’s inverse', () => {
    const files = encodeCheckpoint(checkpoint);
    expect([...files.keys()]).toEqual([
      'model.safetensors',
      'optimizer.safetensors',
      'checkpoint.json',
    ]);
    expect(decodeCheckpoint(files)).toEqual(checkpoint);
    const averaged = { ...checkpoint, ema: weights([0, 1, 2, 3]) };
    const more = encodeCheckpoint(averaged);
    expect(more.size).toBe(4);
    expect(decodeCheckpoint(more)).toEqual(averaged);
    const { best: _, ...fresh } = checkpoint;
    expect(decodeCheckpoint(encodeCheckpoint(fresh))).toEqual(fresh);
  });

  const changed = (name: string, bytes: Uint8Array | undefined): Map<string, Uint8Array> => {
    const files = encodeCheckpoint(checkpoint);
    if (bytes === undefined) files.delete(name);
    else files.set(name, bytes);
    return files;
  };

  it('name the file that is missing or cut short', () => {
    expect(() => decodeCheckpoint(changed('optimizer.safetensors', undefined))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/optimizer.safetensors is missing$/) as unknown,
        hint: 'The files are model.safetensors, checkpoint.json.',
      }),
    );
    const bytes = encodeCheckpoint(checkpoint).get('model.safetensors')!;
    expect(() => decodeCheckpoint(changed('model.safetensors', bytes.subarray(0, -3)))).toThrow(
      /model.safetensors cannot be read/,
    );
    const json = encodeCheckpoint(checkpoint).get('checkpoint.json')!;
    expect(() => decodeCheckpoint(changed('checkpoint.json', json.subarray(0, 50)))).toThrow(
      /checkpoint.json is not JSON/,
    );
  });

  it('refuse files of two checkpoints', () => {
    const later = encodeCheckpoint({ ...checkpoint, step: 9 }).get('model.safetensors')!;
    expect(() => decodeCheckpoint(changed('model.safetensors', later))).toThrow(
      expect.objectContaining({
        message: expect.stringMatching(
          /model.safetensors belongs to another checkpoint/,
        ) as unknown,
        hint: expect.stringContaining('cut short') as unknown,
      }),
    );
  });

  it('refuse a description that lacks something', () => {
    const json = (fields: object): Uint8Array =>
      new TextEncoder().encode(JSON.stringify({ ...checkpoint, hasEma: false, ...fields }));
    const decode = (fields: object) => (): unknown =>
      decodeCheckpoint(changed('checkpoint.json', json(fields)));
    expect(decode({ version: 2 })).toThrow(/version should be 1 .*another version.*, is 2/);
    expect(decode({ step: -1 })).toThrow('checkpoint.json: step should be a count, is -1');
    expect(decode({ sums: { ...noSums, loss: null } })).toThrow('sums: loss should be a number');
    expect(decode({ settings: 3 })).toThrow('checkpoint.json: settings is not an object');
  });
});
