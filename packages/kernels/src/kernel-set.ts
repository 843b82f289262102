import * as tf from '@tensorflow/tfjs-core';

/**
 * The functions of one op that a backend may replace: each op with such functions makes a set of
 * its own, in its file. Kernels are plain functions on tensors: no gradients, no checks. Everything
 * is float32. Each call returns fresh tensors that the caller owns, and leaves no others behind.
 */
export class KernelSet<K extends object> {
  /** In tfjs-core's ops: right on any backend, fast on none. */
  readonly reference: K;
  readonly #byBackend = new Map<string, K>();

  constructor(reference: K) {
    this.reference = reference;
  }

  /** The functions for the active backend. */
  active(): K {
    return this.#byBackend.get(tf.getBackend()) ?? this.reference;
  }

  /**
   * Makes `kernels` the ones to use wherever the named backend is active, whether it has started
   * or not. Functions left out stay as they were; at first that is the reference.
   */
  register(backendName: string, kernels: Partial<K>): void {
    const present = this.#byBackend.get(backendName) ?? this.reference;
    this.#byBackend.set(backendName, { ...present, ...kernels });
  }
}
