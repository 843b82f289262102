import { describe, expect, it } from 'vitest';

import { failure, legacy, tensor, text } from '../../../test/torch-files.ts';

const count = 2 ** 20;
const end = Buffer.from('.\x80\x02].', 'latin1');

/** A legacy file of `start`, `each` as often as said, and the end. */
function repeated(start: string, each: string, times: number): Uint8Array {
  const run = Buffer.alloc(each.length * times, Buffer.from(each, 'latin1'));
  return new Uint8Array(Buffer.concat([legacy(start), run, end]));
}

describe('a pickle makes a million objects at most', () => {
  const storage = `(${text('storage')}ctorch\nFloatStorage\n${text('0')}${text('cpu')}K\x01tq\0`;
  const dict = 'ccollections\nOrderedDict\nq\0';
  it.each<[string, Uint8Array]>([
    ['dicts', repeated('', '}', count + 1)],
    ['entries of the memo', repeated('N', '\x94', count + 1)],
    ['numbers on the stack', repeated('', 'K\x01', count + 1)],
    ['marks on the stack', repeated('', '(', count + 1)],
    ['calls', repeated(`]${dict})q\x01`, 'h\0h\x01R0', count + 1)],
    ['storages', repeated(storage, 'h\0Q0', count + 1)],
    ['classes', repeated('', 'ctorch\nFloatStorage\n0', count + 1)],
    ['entries of a dict', repeated('}', 'K\x01Ns', count + 1)],
  ])('%s', (_, bytes) => {
    const { code, message } = failure(bytes);
    expect(code).toBe('TORCH_FILE_INVALID');
    expect(message).toContain('its pickle makes more than 1048576 objects');
  });

  it('but lists may be longer, up to sixteen million items', () => {
    const run = `(${'N'.repeat(2 ** 19)}e`;
    expect(failure(repeated(']', run, 4)).message).toContain('it holds a list');
    expect(failure(repeated(']', run, 33)).message).toContain('more than 16777216 items');
  });
});

describe('a file is not read again and again', () => {
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
    expect(failure(bytes).message).toContain('asks for more elements than the file can hold');
  });
});
