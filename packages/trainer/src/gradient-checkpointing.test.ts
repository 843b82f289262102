import * as tf from '@tensorflow/tfjs-core';
import { expect, it, vi } from 'vitest';

import { describeOn } from '../test/backends.ts';
import { classes, patterns, tinyNet } from '../test/tiny-net.ts';
import { constant, type HistoryRow, sgd, train } from './index.ts';

/** An epoch's history row, and the weights after it, of a net with dropout. */
async function epoch(
  gradientCheckpointing: boolean,
): Promise<{ row: HistoryRow | undefined; weights: ReadonlyMap<string, ArrayLike<number>> }> {
  const model = tinyNet(1, 0.2, [8, 8, 12, 16]);
  const forward = vi.spyOn(model, 'forward');
  let row: HistoryRow | undefined;
  const events = train({
    model,
    classes,
    trainData: patterns(64, 2),
    epochs: 1,
    optimizer: sgd({ momentum: 0.9 }),
    schedule: constant(0.05),
    accumulate: 2,
    gradientCheckpointing,
  });
  for await (const event of events) if (event.type === 'epoch') row = event.row;
  // The result is the same: only this tells that the model was asked.
  const training = forward.mock.calls.filter(([, options]) => options?.training);
  expect(training).toHaveLength(4);
  expect(training.every(([, options]) => options?.gradientCheckpointing)).toBe(
    gradientCheckpointing,
  );
  const weights = new Map<string, ArrayLike<number>>();
  for (const [name, { data }] of await model.stateDict()) {
    weights.set(name, Float32Array.from(data, Number));
  }
  model.dispose();
  return { row, weights };
}

describeOn(['cpu', 'wasm', 'tensorflow'], () => {
  it('trains to the same weights and statistics with gradient checkpointing', async () => {
    const before = tf.memory().numTensors;
    const plain = await epoch(false);
    const checkpointed = await epoch(true);
    expect(checkpointed.row?.trainLoss).toBeCloseTo(plain.row!.trainLoss, 5);
    for (const [name, values] of checkpointed.weights) {
      expect(values).toBeAllClose(plain.weights.get(name)!, { rtol: 1e-4, atol: 1e-5 });
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
