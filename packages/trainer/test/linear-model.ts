import * as tf from '@tensorflow/tfjs-core';
import { linear } from '@resnet/kernels';
import type { HostTensor, StateDict } from '@resnet/model';

import type { BatchStatistics, TrainableModel } from '../src/index.ts';
import { unit } from './formula.ts';

/**
 * The least model: images, less a running mean, times a matrix. With a parameter of two dimensions,
 * one of one, and a buffer; in training it centres by the batch's own mean, as a batch norm does.
 */
export class LinearModel implements TrainableModel {
  readonly #weight: tf.Variable<tf.Rank.R2>;
  readonly #bias: tf.Variable<tf.Rank.R1>;
  readonly #mean: tf.Variable<tf.Rank.R1>;

  constructor(inputs: number, classes: number) {
    const [weight, bias, mean] = tf.tidy(() => [
      tf.variable(tf.tensor2d(unit(inputs * classes, 1), [inputs, classes])),
      tf.variable(tf.tensor1d(unit(classes, 2))),
      tf.variable(tf.zeros<tf.Rank.R1>([inputs]), false),
    ]);
    this.#weight = weight;
    this.#bias = bias;
    this.#mean = mean;
  }

  forward(
    images: tf.Tensor4D,
    options: { training?: boolean; batchStatistics?: Map<string, BatchStatistics> } = {},
  ): tf.Tensor2D {
    return tf.tidy(() => {
      const x = tf.reshape<tf.Rank.R2>(images, [images.shape[0], -1]);
      const mean = options.training === true ? tf.mean<tf.Tensor1D>(x, 0) : this.#mean;
      options.batchStatistics?.set('norm', {
        mean: tf.keep(tf.clone(mean)),
        variance: tf.keep(tf.onesLike(mean)),
      });
      return linear(tf.sub<tf.Tensor2D>(x, mean), this.#weight, this.#bias);
    });
  }

  parameters(): ReadonlyMap<string, tf.Variable> {
    return new Map<string, tf.Variable>([
      ['fc.weight', this.#weight],
      ['fc.bias', this.#bias],
    ]);
  }

  buffers(): ReadonlyMap<string, tf.Variable> {
    return new Map<string, tf.Variable>([['norm.running_mean', this.#mean]]);
  }

  updateRunningStatistics(
    statistics: ReadonlyMap<string, BatchStatistics>,
    { momentum }: { momentum: number },
  ): void {
    const { mean } = statistics.get('norm')!;
    tf.tidy(() =>
      this.#mean.assign(tf.add(tf.mul(this.#mean, 1 - momentum), tf.mul(mean, momentum))),
    );
  }

  async stateDict(): Promise<StateDict> {
    const state = new Map<string, HostTensor>();
    for (const [path, variable] of [...this.parameters(), ...this.buffers()]) {
      const data = Float32Array.from(await variable.data());
      state.set(path, { shape: variable.shape, dtype: 'float32', data });
    }
    return state;
  }

  loadStateDict(state: StateDict): void {
    for (const [path, variable] of [...this.parameters(), ...this.buffers()]) {
      const { data } = state.get(path)!;
      if (data instanceof BigInt64Array) throw new TypeError(`${path} is int64`);
      tf.tidy(() => variable.assign(tf.tensor(data, variable.shape)));
    }
  }

  dispose(): void {
    tf.dispose([this.#weight, this.#bias, this.#mean]);
  }
}
