import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { tensorflow } from './backend.ts';
import { constantCount, scalar, vector } from './constants.ts';

describeBackends(['tensorflow'], () => {
  it('makes a constant once', () => {
    expect(scalar(0.5)).toBe(scalar(0.5));
    expect(vector([1, 2])).toBe(vector([1, 2]));
    expect(scalar(1)).not.toBe(vector([1]));
  });

  it('holds no more of them, and of the addon’s tensors, however many it is asked for', () => {
    const { binding } = tensorflow();
    const kept = scalar(-7);
    let live = 0;
    const counting = {
      createTensor: (...given: Parameters<typeof binding.createTensor>) => {
        live++;
        return binding.createTensor(...given);
      },
      deleteTensor: (handle: number) => {
        live--;
        binding.deleteTensor(handle);
      },
    };
    const before = tf.memory().numTensors;
    const backend = tensorflow();
    Object.assign(backend, {
      binding: Object.create(binding, {
        createTensor: { value: counting.createTensor },
        deleteTensor: { value: counting.deleteTensor },
      }) as unknown,
    });
    try {
      for (let i = 0; i < 10_000; i++) {
        scalar(1 + i / 16_384);
        // What is used stays.
        expect(scalar(-7)).toBe(kept);
      }
    } finally {
      Object.assign(backend, { binding });
    }
    expect(live).toBeLessThanOrEqual(1024);
    expect(constantCount()).toBe(1024);
    expect(tf.memory().numTensors).toBe(before);
  });
});
