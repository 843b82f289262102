/* oxlint-disable typescript/no-unsafe-type-assertion -- the graphs say which rank each value has */
import type { Executable } from '@resnet/kernels';
import * as tf from '@tensorflow/tfjs-core';

import type { ResNetConfig } from '../architecture/config.ts';
import { ModelError } from '../errors.ts';
import { checkImages } from './forward.ts';

/** A net that only infers, with weights of its own: what {@link foldBatchNorm} makes. */
export interface InferenceNet {
  readonly config: ResNetConfig;
  /**
   * Logits `[N, numClasses]` (pooled features `[N, C]` of a net without a classifier) for
   * normalised images `[N, H, W, inChannels]`. The caller owns them, and nothing else is left.
   * Gradients do not flow through.
   *
   * @throws {ModelError} INPUT_INVALID when images have another shape; DISPOSED after `dispose`
   */
  forward(images: tf.Tensor4D): tf.Tensor2D;
  /** The last feature map `[N, h, w, C]`, before pooling. The caller owns it. Throws as `forward` does. */
  forwardFeatures(images: tf.Tensor4D): tf.Tensor4D;
  /**
   * Pools a feature map `[N, h, w, C]` and classifies it: `[N, numClasses]`. The caller owns both.
   *
   * @throws {ModelError} DISPOSED after `dispose`
   */
  forwardHead(features: tf.Tensor4D): tf.Tensor2D;
  /** Frees the weights. Doing it again does nothing. */
  dispose(): void;
}

/** The net of two executables, which it owns. */
export function inferenceNet(
  config: ResNetConfig,
  features: Executable,
  head: Executable,
): InferenceNet {
  let isDisposed = false;
  const checkAlive = (): void => {
    if (!isDisposed) return;
    throw new ModelError('DISPOSED', 'InferenceNet: this net has been disposed', {
      hint: 'Make another by foldBatchNorm.',
    });
  };
  const net: InferenceNet = {
    config,
    forward(images) {
      return tf.tidy(() => net.forwardHead(net.forwardFeatures(images)));
    },
    forwardFeatures(images) {
      checkImages(images, config.inChannels);
      checkAlive();
      return features.run(images) as tf.Tensor4D;
    },
    forwardHead(map) {
      checkAlive();
      return head.run(map) as tf.Tensor2D;
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      features.dispose();
      head.dispose();
    },
  };
  return net;
}
