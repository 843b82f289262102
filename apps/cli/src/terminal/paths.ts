import { relative } from 'node:path';

/** A path as the user would type it: relative where that is shorter. */
export function shownPath(path: string, cwd: string): string {
  const short = relative(cwd, path);
  if (short === '') return '.';
  return short.startsWith('..') ? path : short;
}

/** A path or name as a shell takes it: quoted where it must be. */
export function quoted(path: string): string {
  return /^[\w./@%+=:,-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
}
