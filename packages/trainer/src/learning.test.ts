import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { describeOn } from '../test/backends.ts';
import { collect, ofType } from '../test/events.ts';
import { classes, patterns, tinyNet } from '../test/tiny-net.ts';
import { evaluate, oneCycle, sgd, train } from './index.ts';

describeOn(['wasm', 'tensorflow'], () => {
  it('learns to tell four patterns apart', async () => {
    const model = tinyNet(3);
    const valData = patterns(64, 12);
    const events = await collect(
      train({
        model,
        classes,
        trainData: patterns(256, 11),
        valData,
        epochs: 5,
        optimizer: sgd({ weightDecay: 1e-4 }),
        schedule: oneCycle({ learningRate: 0.2 }),
      }),
    );
    const { history } = ofType(events, 'done')[0]!;
    expect(history[0]!.trainLoss).toBeGreaterThan(0.3);
    expect(history.at(-1)!.trainTop1).toBeGreaterThan(0.95);
    expect(history.at(-1)!.valTop1).toBeGreaterThan(0.95);
    // The model in hand is the one that was judged.
    const again = await evaluate({ model, classes, data: valData });
    expect(again.loss).toBe(history.at(-1)!.valLoss);
    model.dispose();
  });

  it('keeps no tensor over 30 steps of a ResNet, nor after leaving or failing', async () => {
    const model = tinyNet(3, 0.1);
    const before = tf.memory().numTensors;
    const counts: number[] = [];
    const trainData = patterns(64, 11);
    const options = {
      model,
      classes,
      trainData,
      epochs: 8,
      optimizer: sgd(),
      schedule: oneCycle({ learningRate: 0.1 }),
      ema: {},
      clipNorm: 1,
    };
    for await (const { type } of train(options)) {
      if (type === 'step') counts.push(tf.memory().numTensors);
      if (counts.length === 31) break;
    }
    expect(new Set(counts).size).toBe(1);
    expect(tf.memory().numTensors).toBe(before);

    const failing = {
      ...options,
      reduceGradients: (): never => {
        throw new Error('network down');
      },
    };
    await expect(collect(train(failing))).rejects.toThrow('network down');
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });
});
