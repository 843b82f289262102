import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { ModelError } from '../errors.ts';
import type { HostTensor } from '../host-tensor.ts';
import { readTorch } from './read.ts';

/** Written by torch.save: tooling/reference/model/torch_files.py */
function fixture(name: string): Uint8Array {
  const url = new URL(`../../test/fixtures/torch/${name}.pt`, import.meta.url);
  return new Uint8Array(readFileSync(url));
}

const grid = Array.from({ length: 24 }, (_, i) => Math.fround(i / 7));
const float32 = (shape: number[], values: readonly number[]): HostTensor => ({
  shape,
  dtype: 'float32',
  data: Float32Array.from(values),
});
const int64 = (shape: number[], values: readonly bigint[]): HostTensor => ({
  shape,
  dtype: 'int64',
  data: BigInt64Array.from(values),
});

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

describe('readTorch refuses by name', () => {
  it.each([
    ['module', 'it holds torch.nn.modules.container.Sequential, and only tensors'],
    ['namespace', 'it holds argparse.Namespace, and only tensors'],
    ['list', 'it holds a list where a state dict is expected'],
    ['complex', 'it holds torch.ComplexFloatStorage, and only tensors'],
    ['script', 'TorchScript'],
  ])('%s', (name, message) => {
    const error = failure(fixture(`${name}.zip`));
    expect(error.message).toContain(message);
    expect(error.code).toBe('TORCH_FILE_REFUSED');
  });
});

/** The head of a legacy file, and then a pickle of these operations. */
function legacy(...parts: readonly (string | readonly number[])[]): Uint8Array {
  const head = [
    0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ];
  const version = [0x80, 2, 0x4d, 0xe9, 3, 0x2e];
  const machine = [0x80, 2, 0x7d, 0x2e];
  const pickle = parts.flatMap((part) =>
    typeof part === 'string' ? [...Buffer.from(part, 'latin1')] : part,
  );
  return Uint8Array.from([...head, ...version, ...machine, 0x80, 2, ...pickle]);
}

const text = (value: string): string =>
  `X${String.fromCharCode(value.length & 255, value.length >> 8)}\0\0${value}`;

/** A tensor of these numbers, as text of small numbers, on a storage of `size` floats. */
function tensor(size: string, shape: string, strides: string, offset = 'K\0'): string {
  return (
    'ctorch._utils\n_rebuild_tensor_v2\n' +
    `((${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}${size}tQ` +
    `${offset}(${shape}t(${strides}t\x89)tR`
  );
}

const big = '\x8a\x06\0\0\0\0\0\x10'; // 2^44

describe('hostile files', () => {
  it.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(0), 'neither as a zip archive nor with torch'],
    ['something else', new Uint8Array(100).fill(7), 'neither as a zip archive nor'],
    ['a call', legacy('cposix\nsystem\n', text('true'), '\x85R.'), 'it holds posix.system'],
    ['eval', legacy('cbuiltins\neval\n'), 'it holds builtins.eval'],
    ['a name with a terminal’s commands', legacy('c\x1b[2J\nx\n'), 'it holds ?[2J.x'],
    ['a name of the prototype', legacy('c__proto__\ntoString\n'), '__proto__.toString'],
    ['a name from the stack', legacy(text('os'), text('system'), '\x93'), 'it holds os.system'],
    ['an instance', legacy('(iposix\nsystem\n'), 'operation 0x69'],
    ['an object without a call', legacy(')\x81.'), 'operation 0x81'],
    ['a call of what is no function', legacy('N)R.'), 'None is called'],
    ['attributes of what is no dict', legacy('NNb.'), 'attributes are set on None'],
    ['an empty stack', legacy('.'), 'takes what is not there'],
    ['a list without a start', legacy('Nt.'), 'never began'],
    ['a memo that is not kept', legacy('j\xff\xff\xff\xff.'), 'refers to 4294967295'],
    [
      'a string of 2^60',
      legacy('\x8d', [0, 0, 0, 0, 0, 0, 0, 16]),
      ' are announced and 0 are left',
    ],
    ['an integer of 2^31 bytes', legacy('\x8b\0\0\0\x7f.'), 'an integer of 2130706432 bytes'],
    ['a key without a value', legacy('}(Nu.'), 'without a value'],
    ['protocol 0', legacy().fill(0, 1, 2), 'protocol 0'],
    [
      'a storage of 2^44',
      legacy(
        '}',
        text('a'),
        tensor(big, 'K\x01', 'K\x01'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\0\0\0\0\0\x10\0\0',
      ),
      '70368744177664 bytes are announced and 0 are left',
    ],
    [
      'a tensor past its storage',
      legacy(
        '}',
        text('a'),
        tensor('K\x01', 'K\x02', 'K\x01'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\x01\0\0\0\0\0\0\0abcd',
      ),
      "'a' of shape [2] reaches to element 2 of a storage of 1 elements",
    ],
    [
      'a tensor of 2^44 equal numbers',
      legacy(
        '}',
        text('a'),
        tensor('K\x01', big, 'K\0'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\x01\0\0\0\0\0\0\0abcd',
      ),
      'asks for more numbers than the file can hold',
    ],
    [
      'a tensor of 2^88 equal numbers',
      legacy(
        '}',
        text('a'),
        tensor('K\x01', big + big, 'K\0K\0'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\x01\0\0\0\0\0\0\0abcd',
      ),
      'asks for more numbers than the file can hold',
    ],
    [
      'an offset of 2^70',
      legacy(
        '}',
        text('a'),
        tensor('K\x01', 'K\x01', 'K\x01', '\x8a\x09\0\0\0\0\0\0\0\0\x40'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\x01\0\0\0\0\0\0\0abcd',
      ),
      'not whole numbers',
    ],
    [
      '65 dimensions',
      legacy(tensor('K\x01', 'K\x01'.repeat(65), 'K\x01'.repeat(65))),
      '64 at most',
    ],
    [
      'a storage nothing refers to',
      legacy('}', text('a'), tensor('K\x01', 'K\x01', 'K\x01'), 's.\x80\x02]', text('1'), 'a.'),
      'lists a storage twice, or one that nothing refers to',
    ],
  ])('%s', (_, bytes, message) => {
    const error = failure(bytes);
    expect(error.message).toContain(message);
    expect(error.message.length).toBeLessThan(500);
  });

  it('reads what tensor() makes, when it is honest', () => {
    const bytes = legacy(
      '}',
      text('a'),
      tensor('K\x01', 'K\x01', 'K\x01'),
      's.\x80\x02]',
      text('0'),
      'a.',
      '\x01\0\0\0\0\0\0\0\0\0\x80\x3f',
    );
    expect(readTorch(bytes).tensors.get('a')).toEqual(float32([1], [1]));
  });

  it('reads views of storages, and names, as old versions and Python 2 wrote them', () => {
    const view = `(${text('1')}K\x01K\x02t`; // its key, offset and size
    const window = tensor('K\x03', 'K\x02', 'K\x01').replace('tQ', `${view}tQ`);
    const bytes = legacy(
      `ccollections\nOrderedDict\n(](U\x01a${window}latR`,
      '.\x80\x02]',
      text('0'),
      'a.',
      [3, 0, 0, 0, 0, 0, 0, 0],
      [...new Uint8Array(Float32Array.of(5, 6, 7).buffer)],
    );
    expect(readTorch(bytes).tensors).toEqual(new Map([['a', float32([2], [6, 7])]]));
    const past = legacy(window.replace('K\x01K\x02t', 'K\x02K\x02t'));
    expect(failure(past).message).toContain("a view of storage '0' reaches past its end");
  });

  it('nests 200,000 lists without a stack', () => {
    expect(failure(legacy(']'.repeat(2e5), 'a'.repeat(2e5 - 1), '.\x80\x02].')).message).toContain(
      'it holds a list',
    );
  });

  it('does not copy a list of the memo again and again', () => {
    const bomb = legacy(
      `](${'N'.repeat(2e4)}eq\0`,
      'ccollections\nOrderedDict\nq\x01',
      'h\x01h\0\x85R'.repeat(1e4),
      '.',
    );
    const begun = performance.now();
    expect(failure(bomb).message).toContain('OrderedDict of no pairs');
    const pairs = legacy(
      `](${'N'.repeat(100)}eq\0ccollections\nOrderedDict\nq\x01`,
      `](${'](NNe'.repeat(5e3)}eq\x02`,
      'h\x01h\x02\x85R'.repeat(1e4),
      '.',
    );
    expect(failure(pairs).message).toContain('copies its lists more often');
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it('does not read a storage again and again through wide windows', () => {
    const size = 1e6;
    const sizeText = '\x8a\x03\x40\x42\x0f';
    const stride = '\x8a\x03\x3f\x42\x0f'; // 999,999: the first number and the last
    const half = tensor(sizeText, 'K\x02', stride).replace('FloatStorage', 'HalfStorage');
    const windows = Array.from({ length: 200 }, (_, i) => {
      const axis = `K\x01${'K\x01'.repeat(i % 50)}`;
      const name = text(`w${i}`);
      return (
        name +
        half.replace('(K\x02t', `(K\x02${axis}t`).replace(`(${stride}t`, `(${stride}${axis}t`)
      );
    });
    const file = legacy(
      '}',
      ...windows.map((window) => `${window}s`),
      '.\x80\x02]',
      text('0'),
      'a.',
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(size));
    const bytes = Buffer.concat([file, length, Buffer.alloc(2 * size)]);
    expect(failure(bytes).message).toContain('asks for more numbers than the file can hold');
  });
});

describe('zip archives', () => {
  it.each([
    ['count', 10, 0xfffe],
    ['size', 12, 0xfffffffe],
    ['start', 16, 0xfffffffe],
  ])('names a directory whose %s lies', (_, offset, value) => {
    const bytes = fixture('state-dict.zip').slice();
    const end = Buffer.from(bytes).indexOf('PK\x05\x06') + offset;
    const view = new DataView(bytes.buffer);
    if (offset === 10) view.setUint16(end, value, true);
    else view.setUint32(end, value, true);
    expect(failure(bytes).message).toContain('its directory of');
  });

  it('reads zip64 records, and refuses those that lie', () => {
    const bytes = fixture('state-dict.zip').slice();
    const view = new DataView(bytes.buffer);
    const end = Buffer.from(bytes).indexOf('PK\x05\x06');
    view.setUint32(end + 16, 0xffffffff, true);
    expect(readTorch(bytes).tensors.size).toBe(6);
    view.setBigUint64(Buffer.from(bytes).indexOf('PK\x06\x06') + 32, 2n ** 60n, true);
    expect(failure(bytes).message).toContain('its directory of');
    view.setBigUint64(end - 12, 2n ** 60n, true);
    expect(failure(bytes).message).toContain('zip64 record begins past the end');
  });

  it('refuses compression by name', () => {
    const bytes = fixture('state-dict.zip').slice();
    for (let at = 0; (at = Buffer.from(bytes).indexOf('PK\x01\x02', at)) >= 0; at++) {
      bytes[at + 10] = 8;
    }
    expect(failure(bytes).message).toContain('is compressed; torch stores');
  });

  it('says what a zip archive of another kind lacks', () => {
    const empty = Buffer.concat([
      Buffer.from('PK\x03\x04'),
      Buffer.from('PK\x05\x06'),
      Buffer.alloc(18),
    ]);
    expect(failure(empty).message).toContain('without data.pkl');
  });
});

function failure(bytes: Uint8Array): ModelError {
  try {
    readTorch(bytes);
  } catch (error) {
    if (error instanceof ModelError) return error;
    throw error;
  }
  throw new Error('readTorch read what it should refuse');
}
