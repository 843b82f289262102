import { expect, it } from 'vitest';

import type { HostTensor, StateDict } from './state-dict.ts';
import { stripPrefix } from './strip-prefix.ts';

const tensor: HostTensor = { shape: [1], dtype: 'float32', data: Float32Array.of(1) };

function state(...names: readonly string[]): StateDict {
  return new Map(names.map((name) => [name, tensor]));
}

it.each([
  [['module.conv1.weight', 'module.fc.bias'], 'module.', ['conv1.weight', 'fc.bias']],
  [['module._orig_mod.a', 'module._orig_mod.b'], 'module._orig_mod.', ['a', 'b']],
  [['model.a'], 'model.', ['a']],
  [['module.a', 'b'], '', ['module.a', 'b']],
  [['module'], '', ['module']],
  [[], '', []],
])('%j has the prefix %j', (names, prefix, stripped) => {
  const result = stripPrefix(state(...names));
  expect(result.prefix).toBe(prefix);
  expect([...result.state.keys()]).toEqual(stripped);
  expect([...result.state.values()].every((value) => value === tensor)).toBe(true);
});
