import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import type { ProbeAnswer } from './probe.ts';
import { backendNames, type BackendName } from './types.ts';

/** What `resnet doctor` knows of a backend. */
export interface BackendReport {
  readonly name: BackendName;
  /** It started and computed a convolution and its gradient as the cpu backend does. */
  readonly works: boolean;
  /** `auto` takes this one. */
  readonly chosen: boolean;
  /** Why `auto` takes it or not. */
  readonly reason: string;
  /** What it runs on: 'TensorFlow 2.21.0, CPU, 2 threads'. */
  readonly detail?: string;
  /** Largest difference to the cpu backend, relative to the largest value. */
  readonly maxError?: number;
  /** Billions of operations a second in the convolution named by `convolution`. */
  readonly gflops?: number;
  /** 'NxHxWxC, 3x3': slow backends are timed on a smaller one. */
  readonly convolution?: string;
  /** What is missing or went wrong. */
  readonly problem?: string;
  /** How to get it. */
  readonly hint?: string;
}

export interface DiagnoseOptions {
  readonly signal?: AbortSignal;
  readonly names?: readonly BackendName[];
  /** After this long without an answer a backend counts as hanging. */
  readonly timeoutMs?: number;
}

/** float32, sums of 72 products in any order: 1e-4 is generous, a wrong kernel is off by far more. */
const tolerance = 1e-4;

/**
 * Tries each backend in a process of its own, in the order in which `auto` would: does it start,
 * is it right, how fast is it. Yields a report as soon as it is there.
 */
export async function* diagnose({
  signal,
  names = backendNames,
  timeoutMs = 120_000,
}: DiagnoseOptions = {}): AsyncGenerator<BackendReport, void, void> {
  let chosen: BackendName | undefined;
  for (const name of names) {
    signal?.throwIfAborted();
    const found = await probe(name, signal, timeoutMs);
    if (!found.works) {
      yield { name, chosen: false, reason: 'it does not work here', ...found };
      continue;
    }
    const { onlyByName, ...report } = found;
    const choose = chosen === undefined && onlyByName === undefined;
    if (choose) chosen = name;
    const reason = choose
      ? 'the first of the order that works'
      : (onlyByName ?? `${chosen ?? 'another'} comes first`);
    yield { name, chosen: choose, reason, ...report };
  }
}

interface Finding extends Omit<BackendReport, 'name' | 'chosen' | 'reason'> {
  readonly onlyByName?: string;
}

async function probe(
  name: BackendName,
  signal: AbortSignal | undefined,
  timeoutMs: number,
): Promise<Finding> {
  const answer = await runProbe(name, signal, timeoutMs);
  if ('problem' in answer) return { works: false, ...answer };
  if (answer.maxError <= tolerance) return { works: true, ...answer };
  return {
    works: false,
    ...answer,
    problem: `Its convolution differs from the cpu backend's by ${answer.maxError.toPrecision(2)} (relative).`,
    hint: 'Do not use it here, and please report it with the line above.',
  };
}

// Node runs JavaScript: the tests of the sources start what was built.
const program = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/backends/probe-process.js' : './probe-process.js',
    import.meta.url,
  ),
);

function runProbe(
  name: BackendName,
  signal: AbortSignal | undefined,
  timeoutMs: number,
): Promise<ProbeAnswer> {
  return new Promise((resolve, reject) => {
    let answer: ProbeAnswer | undefined;
    const child = fork(program, [name], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const timer = setTimeout(() => {
      answer ??= { problem: `It gave no answer for ${timeoutMs / 1000} s.` };
      child.kill('SIGKILL');
    }, timeoutMs);
    const abort = (): void => void child.kill('SIGKILL');
    signal?.addEventListener('abort', abort, { once: true });
    child.on('message', (message: ProbeAnswer) => {
      answer = message;
    });
    child.once('error', (error) => {
      answer ??= { problem: `Its process did not start: ${error.message}` };
    });
    child.once('close', (code, killedBy) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      if (signal?.aborted) reject(asError(signal.reason));
      else resolve(answer ?? crashed(code, killedBy));
    });
  });
}

function crashed(code: number | null, killedBy: NodeJS.Signals | null): ProbeAnswer {
  return {
    problem: `Its process ended without an answer (${killedBy ?? `exit code ${code}`}).`,
    hint: "A driver or library crashed; resnet's other backends are not affected.",
  };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted', { cause: reason });
}
