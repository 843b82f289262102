import * as tf from '@tensorflow/tfjs-core';

/** `[kh, kw, Ci, Co]` with `dilation - 1` zeros between neighbouring taps. */
export function dilateFilter(filter: tf.Tensor4D, dilation: number): tf.Tensor4D {
  if (dilation === 1) return filter;
  const [kh, kw, inChannels, outChannels] = filter.shape;
  const zeros: [number, number] = [0, dilation - 1];
  return tf.tidy(() => {
    const rows = tf.pad(tf.reshape<tf.Rank.R3>(filter, [kh, 1, kw * inChannels * outChannels]), [
      [0, 0],
      zeros,
      [0, 0],
    ]);
    const columns = tf.pad(
      tf.reshape<tf.Rank.R3>(rows, [kh * dilation * kw, 1, inChannels * outChannels]),
      [[0, 0], zeros, [0, 0]],
    );
    return tf.slice(
      tf.reshape<tf.Rank.R4>(columns, [kh * dilation, kw * dilation, inChannels, outChannels]),
      [0, 0, 0, 0],
      [dilation * (kh - 1) + 1, dilation * (kw - 1) + 1, inChannels, outChannels],
    );
  });
}

/** Keeps every `dilation`-th tap: the gradient of `dilateFilter`. */
export function undilateFilter(
  filter: tf.Tensor4D,
  dilation: number,
  [kh, kw]: readonly [number, number],
): tf.Tensor4D {
  if (dilation === 1) return filter;
  const [height, width, inChannels, outChannels] = filter.shape;
  return tf.tidy(() => {
    const whole = tf.pad(filter, [
      [0, kh * dilation - height],
      [0, kw * dilation - width],
      [0, 0],
      [0, 0],
    ]);
    const rows = tf.slice(
      tf.reshape<tf.Rank.R3>(whole, [kh, dilation, kw * dilation * inChannels * outChannels]),
      [0, 0, 0],
      [kh, 1, kw * dilation * inChannels * outChannels],
    );
    const columns = tf.slice(
      tf.reshape<tf.Rank.R3>(rows, [kh * kw, dilation, inChannels * outChannels]),
      [0, 0, 0],
      [kh * kw, 1, inChannels * outChannels],
    );
    return tf.reshape<tf.Rank.R4>(columns, [kh, kw, inChannels, outChannels]);
  });
}
