import type { HostTensor, ParameterSpec, StateDict } from '@resnet/model';

/** The numbers of `unit` in tooling/reference/trainer.py, exactly: float32 in [-0.5, 0.5). */
export function unit(count: number, salt: number): Float32Array {
  const values = new Float32Array(count);
  const offset = Math.imul(salt, 0x9e3779b9);
  for (let i = 0; i < count; i++) {
    let x = (i + offset) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x85ebca6b);
    x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
    x ^= x >>> 16;
    values[i] = (x >>> 8) / 2 ** 24 - 0.5;
  }
  return values;
}

/** The weights of `fill` in tooling/reference/trainer_trajectory.py. */
export function formulaState(specs: readonly ParameterSpec[]): StateDict {
  const names = specs
    .filter(({ trainable }) => trainable)
    .map(({ name }) => name)
    .sort();
  const state = new Map<string, HostTensor>();
  for (const { name, shape, trainable, role } of specs) {
    const size = shape.reduce((a, b) => a * b, 1);
    let data = new Float32Array(size).fill(role === 'bnVariance' ? 1 : 0);
    if (trainable) {
      const [out = 1, inputs = 1, height = 1, width = 1] = shape;
      const factor =
        shape.length === 4
          ? Math.sqrt(24 / (out * height * width))
          : shape.length === 2
            ? 2 / Math.sqrt(inputs)
            : 0.2;
      const shift = shape.length === 1 && name.endsWith('weight') ? 1 : 0;
      data = unit(size, 1000 + names.indexOf(name)).map((x) => x * factor + shift);
    }
    state.set(name, { shape, dtype: 'float32', data });
  }
  return state;
}
