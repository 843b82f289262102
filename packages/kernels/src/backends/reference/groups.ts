import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry } from '../../geometry.ts';
import type { Conv2dKernels } from '../../ops/conv2d-kernels.ts';

/** The `group`-th of `groups` equal parts of the last dimension: an image's or a filter's channels. */
function sliceChannels(x: tf.Tensor4D, group: number, groups: number): tf.Tensor4D {
  const [a, b, c, channels] = x.shape;
  const part = channels / groups;
  return tf.slice(x, [0, 0, 0, group * part], [a, b, c, part]);
}

/** Applies `f` to each group and puts the results side by side. */
function perGroup(
  geometry: ConvGeometry,
  f: (slice: (x: tf.Tensor4D) => tf.Tensor4D, geometry: ConvGeometry) => tf.Tensor4D,
): tf.Tensor4D {
  const { groups } = geometry;
  return tf.tidy(() =>
    tf.concat(
      Array.from({ length: groups }, (_, group) =>
        f((x) => sliceChannels(x, group, groups), { ...geometry, groups: 1 }),
      ),
      3,
    ),
  );
}

/**
 * Gives convolutions that know no groups the groups, by slices: right, and as slow as the number
 * of groups. (A filter's output channels lie group after group, its input channels are a group's.)
 */
export function withGroups(single: Conv2dKernels): Conv2dKernels {
  return {
    forward(x, filter, geometry) {
      if (geometry.groups === 1) return single.forward(x, filter, geometry);
      return perGroup(geometry, (slice, one) => single.forward(slice(x), slice(filter), one));
    },

    inputGradient(dy, filter, inputShape, geometry) {
      if (geometry.groups === 1) {
        return single.inputGradient(dy, filter, inputShape, geometry);
      }
      const [batch, height, width, channels] = inputShape;
      return perGroup(geometry, (slice, one) =>
        single.inputGradient(
          slice(dy),
          slice(filter),
          [batch, height, width, channels / geometry.groups],
          one,
        ),
      );
    },

    filterGradient(x, dy, filterShape, geometry) {
      if (geometry.groups === 1) return single.filterGradient(x, dy, filterShape, geometry);
      const [kh, kw, inChannels, outChannels] = filterShape;
      return perGroup(geometry, (slice, one) =>
        single.filterGradient(
          slice(x),
          slice(dy),
          [kh, kw, inChannels, outChannels / geometry.groups],
          one,
        ),
      );
    },
  };
}
