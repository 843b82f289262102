import { describe, expect, it } from 'vitest';

import { failure, fixture, float32, legacy, tensor, text } from '../../../test/torch-files.ts';
import { readTorch } from './read-torch.ts';

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
    ['an instance', legacy('(iposix\nsystem\n'), 'opcode 0x69'],
    ['an object without a call', legacy(')\x81.'), 'opcode 0x81'],
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
    [
      'negative strides',
      legacy(tensor('K\x04', 'K\x04', 'J\xff\xff\xff\xff', 'K\x03')),
      'not integers of 0 or more',
    ],
    ['a negative storage', legacy(tensor('J\xff\xff\xff\xff', 'K\x01', 'K\x01')), 'a storage of'],
    [
      'a storage of two dtypes',
      legacy(
        tensor('K\x01', 'K\x01', 'K\x01'),
        tensor('K\x01', 'K\x01', 'K\x01').replace('Float', 'Double'),
      ),
      'two sizes or two dtypes',
    ],
    ['a list in itself', legacy(']q\0h\0a.', '\x80\x02].'), 'it holds a list'],
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
      'a tensor of 2^44 equal elements',
      legacy(
        '}',
        text('a'),
        tensor('K\x01', big, 'K\0'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\x01\0\0\0\0\0\0\0abcd',
      ),
      'asks for more elements than the file can hold',
    ],
    [
      'a tensor of 2^88 equal elements',
      legacy(
        '}',
        text('a'),
        tensor('K\x01', big + big, 'K\0K\0'),
        's.\x80\x02]',
        text('0'),
        'a.',
        '\x01\0\0\0\0\0\0\0abcd',
      ),
      'asks for more elements than the file can hold',
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
      'not integers',
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

  it('refuses an archive whose names all lead to one file', () => {
    const bytes = Buffer.from(fixture('tensors.zip'));
    const first = bytes.readUInt32LE(bytes.indexOf('PK\x01\x02') + 42);
    for (let at = 0; (at = bytes.indexOf('PK\x01\x02', at)) >= 0; at++) {
      bytes.writeUInt32LE(first, at + 42);
    }
    expect(failure(bytes).code).toBe('TORCH_FILE_INVALID');
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
