import { parameterSpecs, type HostTensor, type ResNetConfig } from '../src/index.ts';

/**
 * Weights and inputs from a fixed formula of name and position, so that none need be stored:
 * tooling/reference/model/formula.py has the same in Python, and says why.
 */
export function uniform(name: string, size: number): Float64Array {
  const seed = hash(name);
  const values = new Float64Array(size);
  for (let i = 0; i < size; i++) values[i] = uniformAt(seed, i);
  return values;
}

/** FNV-1a. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  }
  return value >>> 0;
}

function uniformAt(seed: number, i: number): number {
  let x = (Math.imul(i, 0x9e3779b9) + seed) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return ((x ^ (x >>> 16)) >>> 0) / 2 ** 31 - 1;
}

type FormulaState = ReadonlyMap<string, Extract<HostTensor, { readonly dtype: 'float32' }>>;

export function formulaState(config: ResNetConfig): FormulaState {
  return new Map(
    parameterSpecs(config).map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((product, length) => product * length, 1));
      const [scale, shift] = scaleAndShift(name, shape, data.length);
      const seed = hash(name);
      for (let i = 0; i < data.length; i++) data[i] = shift + scale * uniformAt(seed, i);
      return [name, { shape, dtype: 'float32', data }];
    }),
  );
}

/**
 * {@link formulaState} changed so that rounding errors stay small at any depth: `conditioned` in
 * formula.py says how.
 *
 * @param branchEnd how the names of the parameters end that end a residual branch
 */
export function conditionedState(config: ResNetConfig, branchEnd: string | null): FormulaState {
  const state = formulaState(config);
  for (const { name, role } of parameterSpecs(config)) {
    const { data } = state.get(name)!;
    if (role === 'bnOffset') {
      uniform(name, data.length).forEach((u, i) => {
        data[i] = Math.sign(u) + 0.5 * u;
      });
    } else if (branchEnd !== null && name.endsWith(branchEnd)) {
      for (let i = 0; i < data.length; i++) data[i]! *= 0.2;
    }
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

/** Where a large tensor is looked at: everywhere, if it is no larger than `most`. */
export function positions(name: string, size: number, most: number): Float64Array {
  if (size <= most) return Float64Array.from({ length: size }, (_, i) => i);
  return uniform(`${name}@`, most).map((u) => Math.floor(((u + 1) / 2) * size));
}

/**
 * Norm, and projection of up to 256 elements on a fixed direction, scaled up to the whole: as
 * {@link digest}, without walking through all of a large tensor for the projection.
 *
 * @param placeOf where torch's element lies in `data`
 */
export function sampleDigest(
  name: string,
  data: Float32Array,
  placeOf: (torchIndex: number) => number,
): Digest {
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += data[i]! ** 2;
  const where = positions(name, data.length, 256);
  const direction = uniform(`${name}#`, where.length);
  let projection = 0;
  where.forEach((index, i) => {
    projection += data[placeOf(index)]! * direction[i]!;
  });
  return [Math.sqrt(squares), projection * Math.sqrt(data.length / where.length)];
}
