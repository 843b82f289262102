import type { ResNetConfig } from '@resnet/model';

/**
 * Where in an image the evidence for one class was: class activation mapping (Zhou et al., arXiv
 * 1512.04150). A net that ends in an average pool and a linear classifier gives each class
 * `logit = bias + mean over (y, x) of map(y, x)`, with `map(y, x) = sum over k of weight[class, k]
 * features[y, x, k]`: what each place of the last feature map adds.
 */
export interface ActivationMap {
  readonly classIndex: number;
  /** Of the last feature map: the net's input size divided by its stride. */
  readonly width: number;
  readonly height: number;
  /** `height * width` numbers, row by row, of any sign; {@link normalizeMap} is for showing them. */
  readonly values: Float32Array;
}

/** Whether a net's logits are a sum over places, which is what such maps show. */
export function hasActivationMaps(config: ResNetConfig): boolean {
  return config.globalPool === 'avg' && config.numClasses > 0;
}

/**
 * @param features one image's last feature map, `[height, width, channels]`
 * @param weights the classifier's of all classes, `[classes, channels]`
 */
export function activationMap(
  features: Float32Array,
  [height, width, channels]: readonly [number, number, number],
  weights: Float32Array,
  classIndex: number,
): ActivationMap {
  const row = weights.subarray(classIndex * channels, (classIndex + 1) * channels);
  const values = new Float32Array(height * width);
  for (let place = 0; place < values.length; place++) {
    let sum = 0;
    for (let k = 0; k < channels; k++) sum += row[k]! * features[place * channels + k]!;
    values[place] = sum;
  }
  return { classIndex, width, height, values };
}

/** A map's values stretched to 0..1, as the paper's images show them; all 0 where all are equal. */
export function normalizeMap(values: Float32Array): Float32Array {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const range = most - least;
  return range > 0
    ? values.map((value) => (value - least) / range)
    : new Float32Array(values.length);
}
