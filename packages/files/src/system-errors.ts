/** Whether an error of Node's file system carries one of these codes, as `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && codes.includes(String((error as NodeJS.ErrnoException).code));
}

/** In words, what the operating system refused; undefined for any other error. */
export function describeSystemError(
  error: unknown,
): { message: string; hint: string | undefined } | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const known = systemErrors[code ?? ''];
  if (known === undefined || syscall === undefined) return undefined;
  return {
    message: path === undefined ? known.message : `${path}: ${known.message}`,
    hint: known.hint,
  };
}

const systemErrors: Readonly<Record<string, { message: string; hint?: string }>> = {
  ENOSPC: {
    message: 'no space left on the disk',
    hint: 'Free some space; what was complete before is untouched.',
  },
  EDQUOT: { message: 'the disk quota is used up', hint: 'Free some space and run it again.' },
  EROFS: { message: 'the file system is read-only', hint: 'Choose another place with --out.' },
  EACCES: { message: 'permission denied' },
  EPERM: { message: 'operation not permitted' },
  ENOENT: { message: 'no such file or folder' },
  ENOTDIR: { message: 'not a folder' },
  EISDIR: { message: 'is a folder, a file was expected' },
  EMFILE: { message: 'too many open files', hint: 'Raise the limit (ulimit -n) and try again.' },
  ENOMEM: { message: 'out of memory', hint: 'A smaller --batch needs less.' },
};
