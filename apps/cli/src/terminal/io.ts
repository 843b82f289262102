import { isatty } from 'node:tty';

import { createColors } from 'picocolors';

export type Colors = ReturnType<typeof createColors>;

/**
 * What a command knows of the world it prints to. Commands write through it, never to `process`
 * or `console`, so that tests capture all they say.
 *
 * Results go to `out` (stdout), so that they can be piped; what accompanies them (notes, progress,
 * warnings) goes to `note` (stderr).
 */
export interface Io {
  /** Writes a line, or several, of the result to stdout. */
  out(text?: string): void;
  /** Writes a line, or several, beside the result to stderr. */
  note(text?: string): void;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Where progress bars are drawn. */
  readonly stderr: NodeJS.WritableStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Paths given by the user are relative to it. */
  readonly cwd: string;
  /** stdout is a terminal: tables may be fitted to it. */
  readonly isTTY: boolean;
  /** stderr is a terminal: progress bars may be drawn. */
  readonly progress: boolean;
  /** Width in characters to fit tables to; 80 where unknown. */
  readonly columns: number;
  /** Colours for stdout; identity functions where there are none (NO_COLOR, pipes). */
  readonly color: Colors;
  /** Colours for stderr. */
  readonly noteColor: Colors;
  /**
   * Takes Ctrl-C (and SIGTERM, SIGHUP, a closed stdout) over: the first aborts the signal, a second
   * ends the process at once. Until it is called, and after `release`, they end the process.
   */
  takeInterrupts(): Interrupts;
}

/** Ctrl-C and SIGTERM as a signal, until `release` gives them back to the process. */
export interface Interrupts {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Why a command is stopped whose reader went away (`| head`): it has got all that it wanted. */
export class OutputClosed extends Error {
  override readonly name = 'OutputClosed';
}

/** The io of the real process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  // The streams' own isTTY is typed as always there; piped, it is not.
  const outIsTTY = isatty(1);
  const errIsTTY = isatty(2);
  let closed: AbortController | undefined;
  // `resnet predict ... | head` closes the pipe early, a terminal that is closed gives EIO: no
  // errors of ours, and nobody is left to read them.
  const isGone = ({ code }: NodeJS.ErrnoException): boolean => code === 'EPIPE' || code === 'EIO';
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isGone(error)) throw error;
    if (closed === undefined) process.exit(0);
    closed.abort(new OutputClosed());
  });
  stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (!isGone(error)) throw error;
  });
  return {
    out: (text = '') => void stdout.write(`${text}\n`),
    note: (text = '') => void stderr.write(`${text}\n`),
    stdin: process.stdin,
    stderr,
    env,
    cwd: process.cwd(),
    isTTY: outIsTTY,
    progress: errIsTTY && env.TERM !== 'dumb',
    columns: outIsTTY ? stdout.columns : 80,
    color: createColors(wantsColor(env, outIsTTY)),
    noteColor: createColors(wantsColor(env, errIsTTY)),
    takeInterrupts() {
      const controller = new AbortController();
      closed = controller;
      const interrupt = (): void => {
        if (controller.signal.aborted) process.exit(130);
        controller.abort();
      };
      // A terminal that is closed sends SIGHUP: no reason to lose work either.
      const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
      for (const signal of signals) process.on(signal, interrupt);
      return {
        signal: controller.signal,
        release() {
          for (const signal of signals) process.off(signal, interrupt);
          closed = undefined;
        },
      };
    },
  };
}

/** NO_COLOR and FORCE_COLOR as no-color.org and force-color.org have them. */
export function wantsColor(env: Io['env'], isTTY: boolean): boolean {
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined && env.FORCE_COLOR !== '') return env.FORCE_COLOR !== '0';
  return isTTY && env.TERM !== 'dumb';
}
