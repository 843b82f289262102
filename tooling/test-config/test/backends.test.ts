import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';

import { backendNames, describeBackends } from '../backends.ts';

describeBackends(backendNames, (backend) => {
  it('is current and computes a convolution', async () => {
    expect(tf.getBackend()).toBe(backend);
    const sum = tf.tidy(() =>
      tf.sum(tf.conv2d(tf.ones<tf.Rank.R4>([1, 8, 8, 3]), tf.ones([3, 3, 3, 4]), 1, 'same')),
    );
    expect(await sum.data()).toBeAllClose([5808]);
    sum.dispose();
  });

  it('shares one engine with the other backends', () => {
    expect(tf.engine().backendName).toBe(backend);
    expect(tf.memory().numTensors).toBe(0);
  });
});
