import { describe, expect, it, vi } from 'vitest';

import { UsageError } from '../errors.ts';
import { precisionSettings, fixThreads, usePrecision } from './precision.ts';

const registered: unknown[] = vi.hoisted(() => []);
vi.mock('@resnet/kernels/tensorflow', () => ({
  registerTensorflowKernels: (options: unknown) => registered.push(options),
}));

describe('settings', () => {
  it('hold nothing where nothing was asked for', () => {
    expect(precisionSettings({})).toEqual({});
    expect(precisionSettings({ precision: 'float32' })).toEqual({});
  });

  it('keep the threads of the machine that a deterministic run began on', () => {
    const { deterministicThreads } = precisionSettings({ deterministic: true });
    expect(deterministicThreads).toBeGreaterThanOrEqual(1);
    const before = { ...process.env };
    try {
      fixThreads({ deterministicThreads: 3 });
      expect(process.env.TF_NUM_INTRAOP_THREADS).toBe('3');
      expect(process.env.RESNET_WASM_THREADS).toBe('3');
      expect(precisionSettings({ deterministic: true })).toEqual({ deterministicThreads: 3 });
    } finally {
      process.env = before;
    }
  });
});

describe('bf16', () => {
  it('is set where the CPU has it, or the user insists', () => {
    expect(usePrecision({ precision: 'bf16' }, 'tensorflow', ['avx512_bf16'])).toBe('bf16');
    expect(usePrecision({ precision: 'bf16-anyway' }, 'tensorflow', [])).toBe('bf16-anyway');
    expect(usePrecision({}, 'tensorflow', [])).toBeUndefined();
    expect(registered).toEqual([{ precision: 'bfloat16' }, { precision: 'bfloat16' }]);
  });

  it('is what auto takes where both can, and float32 elsewhere', () => {
    registered.length = 0;
    const precision = 'auto';
    expect(usePrecision({ precision }, 'tensorflow', [])).toBeUndefined();
    expect(usePrecision({ precision }, 'wasm', ['avx512_bf16'])).toBeUndefined();
    expect(registered).toEqual([]);
    expect(usePrecision({ precision }, 'tensorflow', ['avx512_bf16'])).toBe('bf16');
    expect(registered).toEqual([{ precision: 'bfloat16' }]);
  });

  it('is refused on other CPUs and backends, with what to do', () => {
    expect(() => usePrecision({ precision: 'bf16' }, 'tensorflow', [])).toThrow(UsageError);
    expect(() => usePrecision({ precision: 'bf16' }, 'tensorflow', [])).toThrow('avx512_bf16');
    expect(() => usePrecision({ precision: 'bf16' }, 'wasm', ['avx512_bf16'])).toThrow('wasm');
    expect(() => usePrecision({ deterministicThreads: 2 }, 'webgpu', [])).toThrow('webgpu');
  });
});
