import type { HistoryRow } from '@resnet/trainer';
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';

import { formatHistory } from './history.ts';

it('writes a row an epoch, what was not measured as empty cells', () => {
  const row: HistoryRow = {
    epoch: 1,
    learningRate: 1e-9,
    trainLoss: 1.23456789,
    trainTop1: 0.5,
    valLoss: 1.5,
    valTop1: 0.25,
    imagesPerSecond: 123.4,
    seconds: 10,
    dataWaitFraction: 0,
  };
  const [first, second] = parse<Record<string, string>>(
    formatHistory([row, { ...row, epoch: 2 }]),
    {
      columns: true,
    },
  );
  expect(first).toEqual({
    epoch: '1',
    learning_rate: '1e-9',
    train_loss: '1.234568',
    train_top1: '0.5',
    val_loss: '1.5',
    val_top1: '0.25',
    val_top5: '',
    images_per_second: '123.4',
    seconds: '10',
    data_wait_fraction: '0',
  });
  expect(second?.epoch).toBe('2');
});
