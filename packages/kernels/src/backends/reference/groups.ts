import * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry } from '../../geometry.ts';
import type { Primitives } from '../../primitives.ts';

export type ConvPrimitives = Pick<
  Primitives,
  'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'
>;

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
export function withGroups(single: ConvPrimitives): ConvPrimitives {
  return {
    conv2d(x, filter, geometry) {
      if (geometry.groups === 1) return single.conv2d(x, filter, geometry);
      return perGroup(geometry, (slice, one) => single.conv2d(slice(x), slice(filter), one));
    },

    conv2dInputGradient(dy, filter, inputShape, geometry) {
      if (geometry.groups === 1) {
        return single.conv2dInputGradient(dy, filter, inputShape, geometry);
      }
      const [batch, height, width, channels] = inputShape;
      return perGroup(geometry, (slice, one) =>
        single.conv2dInputGradient(
          slice(dy),
          slice(filter),
          [batch, height, width, channels / geometry.groups],
          one,
        ),
      );
    },

    conv2dFilterGradient(x, dy, filterShape, geometry) {
      if (geometry.groups === 1) return single.conv2dFilterGradient(x, dy, filterShape, geometry);
      const [kh, kw, inChannels, outChannels] = filterShape;
      return perGroup(geometry, (slice, one) =>
        single.conv2dFilterGradient(
          slice(x),
          slice(dy),
          [kh, kw, inChannels, outChannels / geometry.groups],
          one,
        ),
      );
    },
  };
}
