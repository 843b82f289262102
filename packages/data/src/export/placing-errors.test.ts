import { describe, expect, it } from 'vitest';

import { DataError } from '../errors.ts';
import { explainPlacing, type PlaceMode } from './placing-errors.ts';

describe('explainPlacing', () => {
  it.each<[string, PlaceMode, string, string]>([
    ['EXDEV', 'hardlink', 'on another file system', "`mode: 'copy'` or `mode: 'symlink'`"],
    ['EPERM', 'hardlink', 'does not allow hard links', "`mode: 'copy'`"],
    ['ENOSYS', 'symlink', 'does not allow symbolic links', "`mode: 'copy'`"],
    ['ENOSPC', 'copy', 'no space left', "`mode: 'hardlink'` or `mode: 'symlink'`"],
    ['EROFS', 'copy', 'the file system is read-only', '`into`'],
    ['EACCES', 'copy', 'permission denied', '`into`'],
  ])('%s of %s', (code, mode, message, hint) => {
    const told = explainPlacing(Object.assign(new Error('raw'), { code }), mode, '/there');
    expect(told).toMatchObject({ code: 'WRITE_FAILED' });
    expect(told).toMatchObject({ message: expect.stringContaining(message) });
    expect(told).toMatchObject({ message: expect.stringContaining('/there') });
    expect(told).toMatchObject({ hint: expect.stringContaining(hint) });
  });

  it('leaves other errors alone', () => {
    for (const error of [new DataError('TARGET_INVALID', 'said already'), new Error('a defect')]) {
      expect(explainPlacing(error, 'copy', '/there')).toBe(error);
    }
  });
});
