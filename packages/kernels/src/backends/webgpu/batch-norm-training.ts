import * as tf from '@tensorflow/tfjs-core';

import type { BatchNormGradients, BatchNormSettings } from '../../ops/batch-norm.ts';
import type { BatchNormForward, BatchNormSaved } from '../../ops/batch-norm-training.ts';
import { runProgram } from './backend.ts';

// Three programs forward, three back: sums over chunks of rows (a thread for each channel and
// chunk), their combination (a thread for each channel), and a pass over the pixels. tfjs's
// operations take some 40. A program has one output, so several rows of `[C]` are packed in one.

/** The rows `[C]` of what the second program packs. */
const packedStatistics = { mean: 0, variance: 1, inverse: 2 } as const;
const packedGradients = { scale: 0, offset: 1 } as const;

/** About as many chunks as rows in a chunk, so that both programs have short loops. */
function chunksOf(x: tf.Tensor4D): {
  rows: number;
  channels: number;
  chunks: number;
  chunkRows: number;
} {
  const channels = x.shape[3];
  const rows = x.size / channels;
  const chunkRows = Math.ceil(Math.sqrt(rows));
  return { rows, channels, chunks: Math.ceil(rows / chunkRows), chunkRows };
}

function unpack(packed: tf.Tensor1D, row: number, channels: number): tf.Tensor1D {
  return tf.slice(packed, row * channels, channels);
}

const chunkStatistics = `
  // result[chunk] = the mean and the sum of squared deviations from it, of each channel.
  fn main(index : i32) {
    let channels = uniforms.channels;
    if (index >= uniforms.chunks * channels) {
      return;
    }
    let chunk = index / channels;
    let channel = index % channels;
    let first = chunk * uniforms.chunkRows;
    let last = min(first + uniforms.chunkRows, uniforms.rows);
    var sum = 0.0;
    for (var row = first; row < last; row++) {
      sum += x[row * channels + channel];
    }
    let mean = sum / f32(last - first);
    var squares = 0.0;
    for (var row = first; row < last; row++) {
      let deviation = x[row * channels + channel] - mean;
      squares += deviation * deviation;
    }
    result[chunk * 2 * channels + channel] = mean;
    result[(chunk * 2 + 1) * channels + channel] = squares;
  }
`;

const combineStatistics = `
  // By Chan, Golub and LeVeque 1979: no cancellation, however large the mean.
  fn main(channel : i32) {
    let channels = uniforms.channels;
    if (channel >= channels) {
      return;
    }
    var count = 0.0;
    var mean = 0.0;
    var squares = 0.0;
    for (var chunk = 0; chunk < uniforms.chunks; chunk++) {
      let first = chunk * uniforms.chunkRows;
      let more = f32(min(uniforms.chunkRows, uniforms.rows - first));
      let delta = parts[chunk * 2 * channels + channel] - mean;
      let total = count + more;
      mean += delta * more / total;
      squares += parts[(chunk * 2 + 1) * channels + channel] + delta * delta * count * more / total;
      count = total;
    }
    result[channel] = mean;
    result[channels + channel] = squares / (count - 1.0);
    result[2 * channels + channel] = 1.0 / sqrt(squares / count + uniforms.epsilon);
  }
`;

const normalise = (relu: boolean) => `
  fn main(index : i32) {
    let channels = uniforms.channels;
    if (index >= uniforms.rows * channels) {
      return;
    }
    let channel = index % channels;
    let factor = scale[channel] * statistics[2 * channels + channel];
    let value = (x[index] - statistics[channel]) * factor + offset[channel];
    result[index] = ${relu ? 'max(value, 0.0)' : 'value'};
  }
`;

/** `BatchNormTrainingKernels.forward` by WGSL programs. */
export function forward(
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  offset: tf.Tensor1D,
  { epsilon, activation }: BatchNormSettings,
): BatchNormForward {
  const { rows, channels, chunks, chunkRows } = chunksOf(x);
  const parts = runProgram<tf.Tensor1D>({
    name: 'batch_norm_chunks',
    inputs: { x },
    integers: { rows, channels, chunks, chunkRows },
    outputShape: [chunks * 2 * channels],
    threads: chunks * channels,
    code: chunkStatistics,
  });
  const statistics = runProgram<tf.Tensor1D>({
    name: 'batch_norm_statistics',
    inputs: { parts },
    integers: { rows, channels, chunks, chunkRows },
    floats: { epsilon },
    outputShape: [3 * channels],
    threads: channels,
    code: combineStatistics,
  });
  parts.dispose();
  const output = runProgram<tf.Tensor4D>({
    name: `batch_norm_normalise_${activation}`,
    inputs: { x, statistics, scale, offset },
    integers: { rows, channels },
    outputShape: x.shape,
    threads: x.size,
    code: normalise(activation === 'relu'),
  });
  const mean = unpack(statistics, packedStatistics.mean, channels);
  const variance = unpack(statistics, packedStatistics.variance, channels);
  return { output, mean, variance, saved: [statistics, tf.clone(mean)] };
}

/** dy where the activation let something through. */
const passed = (relu: boolean, index: string) =>
  relu ? `select(0.0, dy[${index}], y[${index}] > 0.0)` : `dy[${index}]`;

const chunkGradients = (relu: boolean) => `
  // result[chunk] = the sums of g and of g * normalised, of each channel.
  fn main(index : i32) {
    let channels = uniforms.channels;
    if (index >= uniforms.chunks * channels) {
      return;
    }
    let chunk = index / channels;
    let channel = index % channels;
    let mean = statistics[channel];
    let inverse = statistics[2 * channels + channel];
    let first = chunk * uniforms.chunkRows;
    let last = min(first + uniforms.chunkRows, uniforms.rows);
    var sum = 0.0;
    var product = 0.0;
    for (var row = first; row < last; row++) {
      let at = row * channels + channel;
      let g = ${passed(relu, 'at')};
      sum += g;
      product += g * (x[at] - mean) * inverse;
    }
    result[chunk * 2 * channels + channel] = product;
    result[(chunk * 2 + 1) * channels + channel] = sum;
  }
`;

const combineGradients = `
  fn main(index : i32) {
    let values = 2 * uniforms.channels;
    if (index >= values) {
      return;
    }
    var sum = 0.0;
    for (var chunk = 0; chunk < uniforms.chunks; chunk++) {
      sum += parts[chunk * values + index];
    }
    result[index] = sum;
  }
`;

const inputGradient = (relu: boolean) => `
  fn main(index : i32) {
    let channels = uniforms.channels;
    if (index >= uniforms.rows * channels) {
      return;
    }
    let channel = index % channels;
    let inverse = statistics[2 * channels + channel];
    let normalised = (x[index] - statistics[channel]) * inverse;
    let correction = (sums[channels + channel] + normalised * sums[channel]) / f32(uniforms.rows);
    let g = ${passed(relu, 'index')};
    result[index] = (g - correction) * scale[channel] * inverse;
  }
`;

/** `BatchNormTrainingKernels.gradient` by WGSL programs. */
export function gradient(
  dy: tf.Tensor4D,
  x: tf.Tensor4D,
  scale: tf.Tensor1D,
  [statistics]: BatchNormSaved,
  output: tf.Tensor4D | undefined,
  { activation }: BatchNormSettings,
): BatchNormGradients {
  const { rows, channels, chunks, chunkRows } = chunksOf(x);
  const relu = activation === 'relu';
  const y = relu && output !== undefined ? { y: output } : {};
  const parts = runProgram<tf.Tensor1D>({
    name: `batch_norm_gradient_chunks_${activation}`,
    inputs: { dy, x, statistics, ...y },
    integers: { rows, channels, chunks, chunkRows },
    outputShape: [chunks * 2 * channels],
    threads: chunks * channels,
    code: chunkGradients(relu),
  });
  const sums = runProgram<tf.Tensor1D>({
    name: 'batch_norm_gradient_sums',
    inputs: { parts },
    integers: { channels, chunks },
    outputShape: [2 * channels],
    threads: 2 * channels,
    code: combineGradients,
  });
  parts.dispose();
  const dx = runProgram<tf.Tensor4D>({
    name: `batch_norm_gradient_input_${activation}`,
    inputs: { dy, x, scale, statistics, sums, ...y },
    integers: { rows, channels },
    outputShape: x.shape,
    threads: x.size,
    code: inputGradient(relu),
  });
  const gradients = {
    x: dx,
    scale: unpack(sums, packedGradients.scale, channels),
    offset: unpack(sums, packedGradients.offset, channels),
  };
  sums.dispose();
  return gradients;
}
