import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { bfloat16Support } from './processor.ts';

const folder = mkdtempSync(join(tmpdir(), 'resnet-processor-'));
afterAll(() => rmSync(folder, { recursive: true }));

it.each([
  ['flags\t\t: fpu avx2 avx512f avx512_bf16 avx512_fp16', ['avx512_bf16']],
  ['flags\t\t: fpu avx512_bf16 amx_bf16 amx_tile', ['avx512_bf16', 'amx_bf16']],
  ['Features\t: fp asimd bf16 i8mm', ['bf16']],
  ['flags\t\t: fpu avx2', []],
])('reads %s', (line, expected) => {
  const file = join(folder, 'cpuinfo');
  writeFileSync(file, `processor\t: 0\n${line}\nbugs\t\t: none\n`);
  expect(bfloat16Support(file)).toEqual(expected);
});

it('knows of none where nothing tells', () => {
  expect(bfloat16Support(join(folder, 'missing'))).toEqual([]);
});
