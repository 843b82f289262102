import { initialState, parameterSpecs, type ResNetConfig, type StateDict } from '../src/index.ts';

/**
 * Weights and inputs from a fixed formula of name and position, so that none need be stored:
 * tooling/reference/model/formula.py has the same in Python, and says why.
 */
export function uniform(name: string, size: number): Float64Array {
  let seed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) {
    seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  }
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    let x = (Math.imul(i, 0x9e3779b9) + seed) >>> 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    values[i] = ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
  }
  return values;
}

export function formulaState(config: ResNetConfig): StateDict {
  const state = initialState(
    parameterSpecs(config).map((spec) => ({
      ...spec,
      initializer: { kind: 'constant', value: 0 } as const,
    })),
    { seed: 0 },
  );
  for (const [name, { shape, data }] of state) {
    const [scale, shift] = scaleAndShift(name, shape, data.length);
    const values = uniform(name, data.length);
    for (let i = 0; i < data.length; i++) data[i] = shift + scale * values[i]!;
  }
  return state;
}

function scaleAndShift(name: string, shape: readonly number[], size: number): [number, number] {
  if (name.endsWith('running_var')) return [0.5, 1];
  if (name.endsWith('running_mean') || name.endsWith('bias')) return [0.1, 0];
  if (shape.length === 1) return [0.25, 0.75];
  return [Math.sqrt(6 / (size / shape[0]!)), 0];
}

/** Torch's [N, C, H, W] images of the formula, as [N, H, W, C]. */
export function formulaImages([n, c, h, w]: readonly [
  number,
  number,
  number,
  number,
]): Float32Array {
  const values = uniform('input', n * c * h * w);
  const result = new Float32Array(values.length);
  let source = 0;
  for (let image = 0; image < n; image++) {
    for (let channel = 0; channel < c; channel++) {
      for (let pixel = 0; pixel < h * w; pixel++) {
        result[(image * h * w + pixel) * c + channel] = values[source++]!;
      }
    }
  }
  return result;
}

/** Norm and projection on a fixed direction of a tensor in torch's layout. */
export type Digest = readonly [norm: number, projection: number];

export function digest(name: string, data: ArrayLike<number>): Digest {
  const direction = uniform(`${name}#`, data.length);
  let squares = 0;
  let projection = 0;
  for (let i = 0; i < data.length; i++) {
    squares += data[i]! ** 2;
    projection += data[i]! * direction[i]!;
  }
  return [Math.sqrt(squares), projection];
}

/** How far apart two digests are, relative to the norm. */
export function distance(received: Digest, expected: Digest, floor: number): number {
  const scale = Math.max(expected[0], floor);
  return Math.max(...received.map((value, i) => Math.abs(value - expected[i]!))) / scale;
}
