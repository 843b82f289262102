import { describe, expect, it } from 'vitest';

import { failure, fixture, float32, int64 } from '../../../test/torch-files.ts';
import { ModelError } from '../../errors.ts';
import { readTorch } from './read-torch.ts';

const grid = Array.from({ length: 24 }, (_, i) => Math.fround(i / 7));

describe.each(['zip', 'legacy'])('readTorch, %s form', (form) => {
  it('reads every dtype, and windows on storages', () => {
    const { tensors, key } = readTorch(fixture(`tensors.${form}`));
    expect(key).toBeUndefined();
    const permuted = Array.from({ length: 24 }, (_, i) => {
      const [a, b, c] = [Math.floor(i / 6), Math.floor(i / 3) % 2, i % 3];
      return grid[b * 12 + c * 4 + a]!;
    });
    expect(Object.fromEntries(tensors)).toEqual({
      float32: float32([2, 3, 4], grid),
      transposed: float32([4, 2, 3], permuted),
      window: float32(
        [2, 2],
        [8, 10, 14, 16].map((i) => grid[i]!),
      ),
      expanded: float32([2, 3], [1.5, 1.5, 1.5, 1.5, 1.5, 1.5]),
      channels_last: float32([1, 2, 3, 4], grid),
      shared: float32([6], [0, 1, 2, 3, 4, 5]),
      shared_view: float32([3], [2, 3, 4]),
      float64: float32([3], [0.1, -Infinity, 2.5]),
      float16: float32([4], [0.5, 65504, -(2 ** -24), Infinity]),
      bfloat16: float32([3], [1, -3.140625, 1.0002555517425873e30]),
      int64: int64([], [2n ** 40n + 1n]),
      int32: int64([2], [-5n, 7n]),
      int16: int64([1], [-300n]),
      int8: int64([2], [-128n, 127n]),
      uint8: int64([1], [255n]),
      bool: int64([2], [1n, 0n]),
      empty: float32([0, 3], []),
      parameter: float32([2], [1, 2]),
      näme: float32([1], [3]),
    });
  });

  it('finds the state dict among what a training script keeps', () => {
    const { tensors, key } = readTorch(fixture(`checkpoint.${form}`));
    expect(key).toBe('state_dict');
    expect([...tensors.keys()]).toEqual([
      'module.conv.weight',
      'module.bn.weight',
      'module.bn.bias',
      'module.bn.running_mean',
      'module.bn.running_var',
      'module.bn.num_batches_tracked',
    ]);
    expect(tensors.get('module.conv.weight')).toEqual(float32([2, 1, 1, 1], [1, 2]));
  });

  it('reads bytes that lie at any offset', () => {
    const bytes = fixture(`tensors.${form}`);
    for (const shift of [1, 2, 4]) {
      const moved = new Uint8Array(bytes.length + shift);
      moved.set(bytes, shift);
      expect(readTorch(moved.subarray(shift))).toEqual(readTorch(bytes));
    }
  });

  it('ends a file that is cut short in one clear error, wherever it is cut', () => {
    const bytes = fixture(`tensors.${form}`);
    for (let length = 0; length < bytes.length; length++) {
      expect(failure(bytes.subarray(0, length)).code).toBe('TORCH_FILE_INVALID');
    }
  });

  // oxlint-disable-next-line vitest/expect-expect -- it throws where an error is not ours
  it('ends a file with a changed byte in a result or one clear error', () => {
    const bytes = fixture(`checkpoint.${form}`);
    for (let at = 0; at < bytes.length; at++) {
      for (const flip of [0x01, 0x80, 0xff]) {
        const changed = bytes.slice();
        changed[at]! ^= flip;
        try {
          readTorch(changed);
        } catch (error) {
          if (!(error instanceof ModelError)) throw error;
        }
      }
    }
  });
});

it('prefers averaged weights, unless told which', () => {
  const averaged = readTorch(fixture('averaged.zip'));
  expect(averaged.key).toBe('state_dict_ema');
  expect(averaged.tensors.get('module.conv.weight')).toEqual(float32([2, 1, 1, 1], [2, 4]));
  const chosen = readTorch(fixture('averaged.zip'), { key: 'state_dict' });
  expect(chosen.tensors.get('module.conv.weight')).toEqual(float32([2, 1, 1, 1], [1, 2]));
  expect(() => readTorch(fixture('averaged.zip'), { key: 'weights' })).toThrow(
    "no state dict in 'weights'; its entries are epoch, arch,",
  );
});

it('reads pickle protocols 3 to 5', () => {
  const expected = readTorch(fixture('state-dict.zip'));
  expect(expected.tensors.size).toBe(6);
  for (const protocol of [3, 4, 5]) {
    expect(readTorch(fixture(`protocol-${protocol}.zip`))).toEqual(expected);
  }
});

it('shares the memory of the file where it can', () => {
  const bytes = fixture('tensors.zip');
  expect(readTorch(bytes).tensors.get('float32')!.data.buffer).toBe(bytes.buffer);
});
