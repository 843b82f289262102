import { spawn } from 'node:child_process';

export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
}

export interface RunResult {
  /** The exit code; 127 where the program was not found or may not be run, as a shell has it. */
  readonly code: number;
  readonly signal: NodeJS.Signals | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

const kept = 64 * 1024;

/** Runs a program and keeps the end of what it printed. Rejects only when aborted: then the program was ended. */
export function run(
  program: string,
  parameters: readonly string[],
  { signal, env }: RunOptions = {},
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(reasonOf(signal));
      return;
    }
    const child = spawn(program, parameters, {
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(env === undefined ? {} : { env }),
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        output[stream] = (output[stream] + text).slice(-kept);
      });
    }
    const stop = (): void => void child.kill('SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    child.once('error', (error) => {
      signal?.removeEventListener('abort', stop);
      resolve({ code: 127, signal: undefined, stdout: '', stderr: error.message });
    });
    child.once('close', (code, killedBy) => {
      signal?.removeEventListener('abort', stop);
      if (signal?.aborted) reject(reasonOf(signal));
      else resolve({ code: code ?? 128, signal: killedBy ?? undefined, ...output });
    });
  });
}

function reasonOf(signal: AbortSignal): Error {
  const reason: unknown = signal.reason;
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}

/** For options that may leave the signal out, and may not have it undefined. */
export function withSignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
