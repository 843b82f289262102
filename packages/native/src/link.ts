import { existsSync, mkdirSync, realpathSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { hasErrno, NativeError } from './errors.ts';
import type { TfjsPackage } from './package-folder.ts';

/** The addon that a package would load, links followed; undefined where there is none. */
export function linkedAddon(tfjs: TfjsPackage): string | undefined {
  return existsSync(tfjs.addon) ? realpathSync(tfjs.addon) : undefined;
}

/**
 * Puts an addon where the package looks for its own. Only the entry `lib/napi-v*` is added: the
 * package's files, which pnpm may share with its store by hard links, stay as they are.
 *
 * Node resolves the link before loading, so the addon finds the libraries beside itself in the
 * cache. Idempotent; safe when two processes do it at once. Throws NativeError (NOT_WRITABLE).
 */
export function linkAddon(tfjs: TfjsPackage, addon: string): void {
  if (linkedAddon(tfjs) === realpathSync(addon)) return;
  const folder = dirname(tfjs.addon);
  const temporary = join(folder, `.tfjs_binding-${process.pid}`);
  try {
    mkdirSync(folder, { recursive: true });
    rmSync(temporary, { force: true });
    symlinkSync(addon, temporary);
    renameSync(temporary, tfjs.addon);
  } catch (error) {
    if (!hasErrno(error, 'EACCES', 'EPERM', 'EROFS')) throw error;
    throw notWritable(tfjs, error);
  }
}

export function notWritable(tfjs: TfjsPackage, cause: unknown): NativeError {
  return new NativeError(
    'NOT_WRITABLE',
    `${tfjs.name} was found in ${tfjs.folder}, where nothing may be written: the addon cannot be linked in.`,
    {
      hint: 'Make that folder writable and run the set-up once (in a container image: while it is built, as the user who owns node_modules).',
      cause,
    },
  );
}
