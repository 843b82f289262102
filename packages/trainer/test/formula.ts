import { readFileSync } from 'node:fs';

import type {} from '@resnet/test-config/matchers';

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

export function fixture<T>(name: string): T {
  const url = new URL(`fixtures/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as T;
}
