import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { recoverFolder, replaceFolder, writeWhole } from './write-whole.ts';

let base: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'resnet-write-'));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe('writeWhole', () => {
  it('replaces a file and leaves nothing beside it', async () => {
    const path = join(base, 'a.txt');
    await writeWhole(path, 'one');
    await writeWhole(path, 'two');
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(readdirSync(base)).toEqual(['a.txt']);
  });

  it('leaves no temporary file where it cannot write', async () => {
    mkdirSync(join(base, 'a.txt', 'taken'), { recursive: true });
    await expect(writeWhole(join(base, 'a.txt'), 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(base)).toEqual(['a.txt']);
  });
});

describe('replaceFolder', () => {
  const files = (text: string) => new Map([['one.txt', text]]);
  const read = (name = 'c') => readFileSync(join(base, name, 'one.txt'), 'utf8');
  const put = (name: string, text: string) => {
    mkdirSync(join(base, name));
    writeFileSync(join(base, name, 'one.txt'), text);
  };

  it('replaces all files as one', async () => {
    await replaceFolder(join(base, 'c'), new Map([['old.txt', 'gone after']]));
    await replaceFolder(join(base, 'c'), files('new'));
    expect(readdirSync(join(base, 'c'))).toEqual(['one.txt']);
    expect(readdirSync(base)).toEqual(['c']);
  });

  it('recovers from a kill at each point', async () => {
    // While the new one was written.
    put('c', 'old');
    put('c.new', 'ne');
    await recoverFolder(join(base, 'c'));
    expect([read(), readdirSync(base)]).toEqual(['old', ['c']]);
    // Between the two renames.
    put('c.new', 'new');
    await replaceFolderStep('c', 'c.old');
    await recoverFolder(join(base, 'c'));
    expect([read(), readdirSync(base)]).toEqual(['new', ['c']]);
    // Before the old one was removed.
    put('c.old', 'old');
    await recoverFolder(join(base, 'c'));
    expect([read(), readdirSync(base)]).toEqual(['new', ['c']]);
  });

  it('leaves a first, cut one away', async () => {
    put('c.new', 'half');
    await recoverFolder(join(base, 'c'));
    expect(readdirSync(base)).toEqual([]);
  });

  async function replaceFolderStep(from: string, to: string): Promise<void> {
    const { rename } = await import('node:fs/promises');
    await rename(join(base, from), join(base, to));
  }
});
