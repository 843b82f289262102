import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { openPromise, type Entry, type ZipFile } from 'yauzl';

import { noSpace } from './disk.ts';
import { hasErrno, messageOf, NativeError } from './errors.ts';
import type { Reporting } from './progress.ts';
import { withSignal } from './run.ts';
import type { Target, Wheel } from './targets.ts';

// All that the addon's sources include, with some room: about 1 of the wheel's 300 MB of headers.
const headers = ['tensorflow/c/', 'tensorflow/core/platform/', 'tsl/platform/', 'xla/tsl/c/'].map(
  (folder) => `tensorflow/include/${folder}`,
);

/** Whether a file of a wheel is needed to build the addon or to run it. */
export function isNeeded(path: string, { libraries }: Target): boolean {
  if (path.endsWith('/')) return false;
  if (path.startsWith('tensorflow/include/')) {
    return path.endsWith('.h') && headers.some((folder) => path.startsWith(folder));
  }
  if (path.startsWith('nvidia/')) {
    // The libraries, and XLA's compiler with its device library, which TensorFlow calls.
    return /^nvidia\/[^/]+\/lib\/.*\.so/.test(path) || path.startsWith('nvidia/cuda_nvcc/');
  }
  return path === `tensorflow/${libraries.cc}` || path === `tensorflow/${libraries.framework}`;
}

/**
 * Unpacks what is needed of a wheel under `folder`, in the wheel's own layout.
 * Throws NativeError: WHEEL_INVALID, DISK_FULL.
 */
export async function unpackWheel(
  file: string,
  wheel: Wheel,
  folder: string,
  target: Target,
  { onProgress, signal }: Reporting = {},
): Promise<void> {
  let zip: ZipFile;
  try {
    zip = await openPromise(file, { autoClose: false });
  } catch (error) {
    throw badWheel(wheel, 'it is no zip file', error);
  }
  try {
    const entries: Entry[] = [];
    for await (const entry of zip.eachEntry()) {
      if (isNeeded(entry.fileName, target)) entries.push(entry);
    }
    requireContents(wheel, entries, target);
    const totalBytes = entries.reduce((sum, entry) => sum + entry.uncompressedSize, 0);
    let bytes = 0;
    let told = 0;
    for (const entry of entries) {
      signal?.throwIfAborted();
      const path = join(folder, entry.fileName);
      await mkdir(dirname(path), { recursive: true });
      const count = new Transform({
        transform(chunk: Buffer, _encoding, done) {
          bytes += chunk.length;
          if (bytes - told > 8e6) {
            told = bytes;
            onProgress?.({ phase: 'unpack', item: wheel.file, bytes, totalBytes });
          }
          done(undefined, chunk);
        },
      });
      // Flushed to the disk, for the rename that publishes the folder not to overtake the contents.
      const sink = createWriteStream(path, { mode: modeOf(entry), flush: true });
      await pipeline(await zip.openReadStreamPromise(entry), count, sink, withSignal(signal));
    }
    onProgress?.({ phase: 'unpack', item: wheel.file, bytes: totalBytes, totalBytes });
  } catch (error) {
    if (error instanceof NativeError || signal?.aborted) throw error;
    if (hasErrno(error, 'ENOSPC', 'EDQUOT')) {
      throw noSpace(`The disk filled up while ${wheel.file} was unpacked.`, error);
    }
    if (hasErrno(error, 'EACCES', 'EPERM', 'EROFS', 'EIO')) throw error;
    throw badWheel(wheel, messageOf(error), error);
  } finally {
    zip.close();
  }
}

function requireContents(wheel: Wheel, entries: readonly Entry[], { libraries }: Target): void {
  const names = new Set(entries.map((entry) => entry.fileName));
  const missing = wheel.name.startsWith('nvidia-')
    ? names.size === 0
      ? ['nvidia/*/lib']
      : []
    : [
        `tensorflow/${libraries.cc}`,
        `tensorflow/${libraries.framework}`,
        'tensorflow/include/tensorflow/c/c_api.h',
      ].filter((name) => !names.has(name));
  if (missing.length > 0) throw badWheel(wheel, `it lacks ${missing.join(', ')}`);
}

function badWheel(wheel: Wheel, problem: string, cause?: unknown): NativeError {
  return new NativeError('WHEEL_INVALID', `${wheel.file} cannot be unpacked: ${problem}.`, {
    hint: 'Run the set-up again with --force; if it happens twice, please report it.',
    cause,
  });
}

/** Unix permissions lie in the high half of a zip entry's external attributes. */
function modeOf(entry: Entry): number {
  return (entry.externalFileAttributes >>> 16) & 0o111 ? 0o755 : 0o644;
}
