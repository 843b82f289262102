import { expect, it } from 'vitest';

import { formatHistory, type HistoryRow, parseHistory } from './history.ts';

const row: HistoryRow = {
  epoch: 1,
  trainLoss: 1.25,
  trainTop1: 0.5,
  valLoss: 1.5,
  valTop1: 0.25,
  valTop5: Number.NaN,
  learningRate: 1e-9,
  imagesPerSecond: 123.4,
  seconds: 10,
};

it('writes and reads a row an epoch', () => {
  const text = formatHistory([row, { ...row, epoch: 2 }]);
  expect(text.split('\n')[0]).toMatch(/^epoch,train_loss,train_top1,val_loss,val_top1/);
  expect(text.split('\n')[1]).toBe('1,1.25,0.5,1.5,0.25,,1e-9,123.4,10');
  expect(parseHistory(text)).toEqual([row, { ...row, epoch: 2 }]);
});

it('names a column that is missing', () => {
  expect(() => parseHistory('epoch,train_loss\n1,2\n')).toThrow('no column train_top1');
});
