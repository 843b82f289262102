import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { DataError } from '../../errors.ts';
import {
  cancelled,
  control,
  type BatchJob,
  type SourceSpec,
  type ToWorker,
  type WorkerReport,
} from './protocol.ts';

/**
 * Half of the cores, at most eight. Decoding shares the cores with a training step that uses all
 * of them, and one worker already has more than one image under way (see `batch-work.ts`).
 */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(8, Math.floor(availableParallelism() / 2)));
}

interface Pending {
  readonly job: BatchJob;
  readonly bad: [index: number, reason: string][];
  reports: number;
  resolve(bad: readonly [number, string][]): void;
  reject(error: Error): void;
}

/**
 * Threads that make batches. All of them work on each batch, so that it is ready as soon as can
 * be, and in the order of the calls; work may be queued far ahead, so that a busy main thread holds
 * nobody up. Several loaders may share a pool. Started by the first batch; keeps the process alive
 * only while a batch is being made.
 */
export class WorkerPool {
  readonly size: number;
  readonly #sources = new Map<number, SourceSpec>();
  readonly #pending = new Map<number, Pending>();
  #workers: Worker[] = [];
  #exits: Promise<unknown>[] = [];
  #next = 0;
  #end: DataError | undefined;

  /** @param workers threads, {@link defaultWorkers} unless given */
  constructor(workers: number = defaultWorkers()) {
    if (!Number.isInteger(workers) || workers < 1) {
      throw new DataError(
        'OPTION_INVALID',
        `image workers: a positive integer, received ${workers}`,
      );
    }
    this.size = workers;
  }

  /** Makes a source known; returns the number that jobs name it by. */
  register(spec: SourceSpec): number {
    const id = this.#next++;
    this.#sources.set(id, spec);
    for (const worker of this.#workers) post(worker, { type: 'source', id, spec });
    return id;
  }

  unregister(id: number): void {
    this.#sources.delete(id);
    for (const worker of this.#workers) post(worker, { type: 'forget', id });
  }

  /** Queues a batch. Resolves when it is whole, to the images that could not be read. */
  async make(job: Omit<BatchJob, 'id'>): Promise<readonly [number, string][]> {
    if (this.#end !== undefined) throw this.#end;
    if (this.#workers.length === 0) this.#start();
    const whole: BatchJob = { ...job, id: this.#next++ };
    return await new Promise((resolve, reject) => {
      if (this.#pending.size === 0) for (const worker of this.#workers) worker.ref();
      this.#pending.set(whole.id, { job: whole, bad: [], reports: 0, resolve, reject });
      for (const worker of this.#workers) {
        post(worker, { type: 'batch', job: whole, workers: this.size });
      }
    });
  }

  /** Lets the workers finish the image at hand and ends them. What is still asked for is rejected. */
  async close(): Promise<void> {
    this.#fail(new DataError('LOADER_CLOSED', 'the image loader has been closed'));
    const exits = Promise.all(this.#exits);
    // Ending a thread inside a native decoder is not safe: it is asked first.
    const impatient = setTimeout(() => {
      for (const worker of this.#workers) void worker.terminate();
    }, 10_000);
    await exits;
    clearTimeout(impatient);
  }

  #start(): void {
    for (let i = 0; i < this.size; i++) {
      const worker = new Worker(workerFile(), { name: `resnet images ${i}`, execArgv: [] });
      worker.unref();
      worker.on('message', (report: WorkerReport) => this.#receive(report));
      worker.on('error', (cause: Error) => this.#crash(cause.message, cause));
      this.#exits.push(
        new Promise((resolve) => {
          worker.on('exit', (code) => {
            resolve(code);
            if (this.#end === undefined) this.#crash(`it ended with code ${code}`);
          });
        }),
      );
      this.#workers.push(worker);
      for (const [id, spec] of this.#sources) post(worker, { type: 'source', id, spec });
    }
  }

  #receive({ job, bad, failure }: WorkerReport): void {
    const pending = this.#pending.get(job);
    if (pending === undefined) return;
    pending.bad.push(...bad.map(([index, reason]): [number, string] => [index, reason]));
    pending.reports++;
    if (failure !== undefined) {
      cancel(pending.job);
      this.#settle(pending);
      pending.reject(new DataError('LOADING_FAILED', `loading images: ${failure}`));
    } else if (pending.reports === this.size) {
      this.#settle(pending);
      pending.resolve(pending.bad);
    }
  }

  #settle({ job }: Pending): void {
    this.#pending.delete(job.id);
    if (this.#pending.size === 0) for (const worker of this.#workers) worker.unref();
  }

  #crash(what: string, cause?: Error): void {
    this.#fail(new DataError('WORKER_CRASHED', `an image worker stopped: ${what}`, { cause }));
  }

  #fail(error: DataError): void {
    if (this.#end !== undefined) return;
    this.#end = error;
    for (const pending of this.#pending.values()) {
      cancel(pending.job);
      pending.reject(error);
    }
    this.#pending.clear();
    for (const worker of this.#workers) {
      post(worker, { type: 'stop' });
      worker.unref();
    }
  }
}

/** Ends the work on a batch that nobody waits for any more. */
export function cancel(job: Pick<BatchJob, 'buffers'>): void {
  Atomics.store(new Int32Array(job.buffers.control), control.cursor, cancelled);
}

function post(worker: Worker, message: ToWorker): void {
  // A thread has no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(message);
}

/** Node runs the built file; where this one is run from its source (tests), so is the build beside it. */
function workerFile(): URL {
  const built = import.meta.url.endsWith('.ts')
    ? '../../../dist/loader/worker/worker.js'
    : './worker.js';
  return new URL(built, import.meta.url);
}
