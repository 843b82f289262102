import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn } from '../test/backends.ts';
import updateRules from '../test/fixtures/update-rules.json' with { type: 'json' };
import { unit } from '../test/formula.ts';
import { disposeEma, initEma, updateEma, withAverages } from './ema.ts';

interface Row {
  readonly step: number;
  readonly weight: number[];
  readonly mean: number[];
}
const reference: Record<string, Row[]> = updateRules.averages;

function variables(): Map<string, tf.Variable> {
  const make = (salt: number): tf.Variable =>
    tf.tidy(() => tf.variable(tf.tensor1d(unit(5, salt))));
  return new Map([
    ['weight', make(7)],
    ['mean', make(8)],
  ]);
}

describeOn(['cpu', 'wasm', 'tensorflow'], () => {
  it.each([
    { name: 'plain', warmup: false },
    { name: 'warm-up', warmup: true },
  ])('averages $name: 30 updates as timm makes them', async ({ name, warmup }) => {
    const before = tf.memory().numTensors;
    const values = variables();
    const ema = initEma(values, { decay: 0.9, warmup });
    let at = 0;
    for (let step = 1; step <= 30; step++) {
      tf.tidy(() => {
        values.get('weight')!.assign(tf.tensor1d(unit(5, 500 + step)));
        values.get('mean')!.assign(tf.tensor1d(unit(5, 600 + step)));
      });
      updateEma(ema, values, step);
      const row = reference[name]![at];
      if (row?.step !== step) continue;
      at++;
      expect(await ema.averages.get('weight')!.data()).toBeAllClose(row.weight, { atol: 1e-6 });
      expect(await ema.averages.get('mean')!.data()).toBeAllClose(row.mean, { atol: 1e-6 });
    }
    expect(at).toBe(4);
    disposeEma(ema);
    for (const value of values.values()) value.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('lets averages change places with the weights, and back again after an error', async () => {
    const values = variables();
    const weight = values.get('weight')!;
    const ema = initEma(values, { decay: 0.5, warmup: false });
    const own = unit(5, 9);
    tf.tidy(() => weight.assign(tf.tensor1d(own)));
    const before = tf.memory();
    const failing = withAverages(ema, values, async () => {
      expect(await weight.data()).toEqual(unit(5, 7));
      expect(await ema.averages.get('weight')!.data()).toEqual(own);
      throw new Error('in between');
    });
    await expect(failing).rejects.toThrow('in between');
    expect(await weight.data()).toEqual(own);
    expect(await ema.averages.get('weight')!.data()).toEqual(unit(5, 7));
    expect(tf.memory()).toEqual(before);
    disposeEma(ema);
    for (const value of values.values()) value.dispose();
  });
});
