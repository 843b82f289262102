import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { folderBytes, noSpace } from './disk.ts';
import { NativeError } from './errors.ts';
import type { Reporting } from './progress.ts';
import { run, withSignal } from './run.ts';
import type { Wheel } from './targets.ts';

export interface DownloadOptions extends Reporting {
  readonly python: string;
  /** Where the checked file goes; what lies there from an earlier run is checked and used. */
  readonly downloads: string;
  readonly staging: string;
}

/**
 * Downloads a wheel with pip, which knows the user's index, proxy and certificates, makes sure that
 * it is the pinned file, and returns its path.
 *
 * Throws NativeError: DOWNLOAD_FAILED, DISK_FULL, HASH_MISMATCH.
 */
export async function downloadWheel(wheel: Wheel, options: DownloadOptions): Promise<string> {
  const kept = join(options.downloads, wheel.file);
  if (existsSync(kept)) {
    if ((await sha256(kept, wheel, options)) === wheel.sha256) return kept;
    await rm(kept); // cut off, or damaged on disk
  }
  const folder = join(options.staging, 'download');
  await mkdir(folder, { recursive: true });
  await runPip(wheel, folder, options);
  const fetched = join(folder, wheel.file);
  if (!existsSync(fetched)) {
    throw new NativeError('DOWNLOAD_FAILED', `pip ended well but brought no ${wheel.file}.`, {
      hint: 'Its configuration may name an index that builds its own files: pip config list',
    });
  }
  const received = await sha256(fetched, wheel, options);
  if (received !== wheel.sha256) {
    await rm(fetched);
    throw new NativeError(
      'HASH_MISMATCH',
      `${wheel.file} is not the published file: its SHA-256 should be ${wheel.sha256} and is ${received}. It was removed.`,
      {
        hint: 'Try again. If it happens twice, the index or a proxy on the way serves another file: ask whoever runs it (pip config list).',
      },
    );
  }
  await mkdir(options.downloads, { recursive: true });
  await rename(fetched, kept);
  return kept;
}

async function runPip(wheel: Wheel, folder: string, options: DownloadOptions): Promise<void> {
  const { python, onProgress, signal, staging } = options;
  const temporary = join(staging, 'pip');
  await mkdir(temporary, { recursive: true });
  const report = async (): Promise<void> => {
    const bytes = (await folderBytes(temporary)) + (await folderBytes(folder));
    const known =
      wheel.megabytes === 0 ? {} : { totalBytes: Math.max(bytes, wheel.megabytes * 1e6) };
    onProgress?.({ phase: 'download', item: wheel.file, bytes, ...known });
  };
  // pip reports to terminals only; what it has written so far tells as much.
  const timer = setInterval(() => void report(), 500);
  try {
    onProgress?.({ phase: 'download', item: wheel.file, bytes: 0 });
    const { code, stderr } = await run(python, pipArguments(wheel, folder), {
      signal,
      env: {
        ...process.env,
        TMPDIR: temporary, // the disk that was checked for space, and the bytes that are counted
        PIP_REQUIRE_VIRTUALENV: '0',
        PIP_RESUME_RETRIES: '8', // pip 25.1 and newer go on where a connection broke off
      },
    });
    if (code !== 0) throw downloadFailed(wheel, stderr);
  } finally {
    clearInterval(timer);
    await rm(temporary, { recursive: true, force: true });
  }
}

function pipArguments(wheel: Wheel, folder: string): string[] {
  const platforms =
    wheel.file
      .replace(/\.whl$/, '')
      .split('-')
      .at(-1)
      ?.split('.') ?? [];
  const options = [
    '--no-deps --only-binary=:all: --no-cache-dir --no-input --progress-bar off --quiet',
    '--disable-pip-version-check',
    // One file for every interpreter: without these pip takes the one for its own version.
    '--python-version 3.11 --implementation cp --abi cp311',
    ...platforms.map((platform) => `--platform ${platform}`),
  ].flatMap((line) => line.split(' '));
  const requirement = `${wheel.name}==${wheel.version}`;
  return ['-m', 'pip', 'download', ...options, '--dest', folder, requirement];
}

function downloadFailed(wheel: Wheel, stderr: string): NativeError {
  if (/No space left on device|Errno 28/i.test(stderr)) {
    return noSpace(`The disk filled up while ${wheel.file} was downloaded.`);
  }
  const offline =
    /name resolution|getaddrinfo|NewConnectionError|Connection (refused|reset|aborted|broken)|unreachable|timed out|ProxyError/i.test(
      stderr,
    );
  return new NativeError(
    'DOWNLOAD_FAILED',
    `pip could not download ${wheel.name} ${wheel.version}:\n${stderr.trim().split('\n').slice(-6).join('\n')}`,
    {
      hint: offline
        ? 'The package index cannot be reached: check the connection (behind a proxy: HTTPS_PROXY, or pip config). Files that are complete are kept.'
        : `The index that pip uses may not carry it; try: python3 -m pip download --no-deps ${wheel.name}==${wheel.version}`,
    },
  );
}

async function sha256(
  path: string,
  wheel: Wheel,
  { onProgress, signal }: Reporting,
): Promise<string> {
  const hash = createHash('sha256');
  const totalBytes = (await stat(path)).size;
  onProgress?.({ phase: 'check', item: wheel.file, bytes: 0, totalBytes });
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash, withSignal(signal));
  return hash.digest('hex');
}
