import { Readable, Writable } from 'node:stream';

import { createColors } from 'picocolors';

import type { Io } from '../src/terminal/io.ts';

export interface CapturedIo extends Io {
  /** All that was written to stdout. */
  stdout(): string;
  /** All that was written to stderr. */
  notes(): string;
  /** Presses Ctrl-C. */
  interrupt(): void;
}

export interface CapturedIoOptions {
  readonly cwd?: string;
  readonly stdin?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** An io for tests: nothing reaches the terminal, everything written can be read back. */
export function capturedIo({
  cwd = process.cwd(),
  stdin,
  env = {},
}: CapturedIoOptions = {}): CapturedIo {
  let stdout = '';
  let notes = '';
  const controller = new AbortController();
  return {
    out: (text = '') => void (stdout += `${text}\n`),
    note: (text = '') => void (notes += `${text}\n`),
    stdin: Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]),
    stderr: new Writable({
      write(chunk, _encoding, done) {
        notes += String(chunk);
        done();
      },
    }),
    env,
    cwd,
    isTTY: false,
    progress: false,
    columns: 100,
    color: createColors(false),
    noteColor: createColors(false),
    takeInterrupts: () => ({ signal: controller.signal, release: () => undefined }),
    stdout: () => stdout,
    notes: () => notes,
    interrupt: () => controller.abort(),
  };
}
