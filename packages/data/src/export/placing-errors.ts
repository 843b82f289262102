import { DataError } from '../errors.ts';
import { hasCode } from '@resnet/files';

/** How files can be placed into a folder of subsets: with content of their own, or as links. */
export const placeModes = ['copy', 'hardlink', 'symlink'] as const;
/** One of {@link placeModes}. */
export type PlaceMode = (typeof placeModes)[number];

/** What went wrong while files were placed into a folder, and what to do about it. */
export function explainPlacing(error: unknown, mode: PlaceMode, into: string): unknown {
  if (error instanceof DataError) return error;
  if (hasCode(error, 'EXDEV')) {
    return new DataError(
      'WRITE_FAILED',
      `${into} is on another file system, where hard links cannot reach`,
      {
        hint: "Use `mode: 'copy'` or `mode: 'symlink'`, or a folder on the same file system.",
        cause: error,
      },
    );
  }
  if (mode !== 'copy' && hasCode(error, 'EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EMLINK', 'ENOSYS')) {
    return new DataError(
      'WRITE_FAILED',
      `${into}: the file system does not allow ${mode === 'hardlink' ? 'hard' : 'symbolic'} links here`,
      { hint: "Use `mode: 'copy'`.", cause: error },
    );
  }
  if (hasCode(error, 'ENOSPC', 'EDQUOT')) {
    return new DataError(
      'WRITE_FAILED',
      `There is no space left on the disk for ${into}; nothing was kept`,
      {
        hint: "Free some space, or use `mode: 'hardlink'` or `mode: 'symlink'`, which need next to none.",
        cause: error,
      },
    );
  }
  if (hasCode(error, 'EROFS', 'EACCES', 'EPERM')) {
    return new DataError(
      'WRITE_FAILED',
      `${into} cannot be written: ${hasCode(error, 'EROFS') ? 'the file system is read-only' : 'permission denied'}`,
      {
        hint: 'Choose another folder with `into`.',
        cause: error,
      },
    );
  }
  return error;
}
