import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { describe, expect, it } from 'vitest';

const folder = fileURLToPath(new URL('../../../packages/', import.meta.url));

type ErrorClass = new (
  code: string,
  message: string,
  options?: { hint?: string; cause?: unknown; path?: string },
) => Error & { readonly code: string; readonly hint: string | undefined };

function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && value.prototype instanceof Error;
}

/** The error classes that a package exports, as it is built. */
async function errorsOf(name: string): Promise<ErrorClass[]> {
  const url = pathToFileURL(join(folder, name, 'dist/index.js')).href;
  const exported: Record<string, unknown> = await import(/* @vite-ignore */ url);
  return Object.values(exported).filter(isErrorClass);
}

describe('the errors of every package', () => {
  it.each(readdirSync(folder))('%s: code, hint and cause', async (name) => {
    for (const XError of await errorsOf(name)) {
      const cause = new TypeError('why');
      const error = new XError('OPTION_INVALID', 'what was wrong', { hint: 'What to do.', cause });
      expect(error).toMatchObject({
        name: XError.name,
        code: 'OPTION_INVALID',
        hint: 'What to do.',
        cause,
      });
      expect(error.message).toContain('what was wrong');
      expect(error.message).not.toContain('What to do');
      const plain = new XError('OPTION_INVALID', 'what was wrong');
      expect(plain.hint).toBeUndefined();
      expect('cause' in plain).toBe(false);
    }
  });

  it('are all found', async () => {
    const found = await Promise.all(readdirSync(folder).map(errorsOf));
    const names = found.flat().map((each) => each.name);
    expect(names.toSorted()).toEqual([
      'DataError',
      'DecodeError',
      'FileError',
      'HubError',
      'ImageError',
      'KernelError',
      'ModelError',
      'NativeError',
      'PredictorError',
      'SplitError',
      'TrainingError',
    ]);
  });
});
