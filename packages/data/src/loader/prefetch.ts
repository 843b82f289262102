import {
  control,
  type BadImage,
  type BatchBuffers,
  type BatchJob,
  type Transform,
} from './worker/protocol.ts';
import { cancel, type WorkerPool } from './worker/worker-pool.ts';

/** A batch as the workers left it. Its memory is used again: copy what is to be kept. */
export interface RawBatch {
  readonly indices: Int32Array;
  readonly size: number;
  /** [places, height, width, 3]; the first `size` count. */
  readonly images: Float32Array;
  readonly labels: Int32Array;
  readonly targets: Float32Array;
  /** 1 for each place whose image was read. */
  readonly read: Int32Array;
}

/** A batch to be made: which one, and of which images. */
export type BatchPlan = Pick<BatchJob, 'epoch' | 'position' | 'indices'>;

export interface RunAheadOptions {
  readonly pool: WorkerPool;
  readonly source: number;
  /** The nth batch to make, from 0; `undefined` after the last. */
  readonly plan: (n: number) => BatchPlan | undefined;
  readonly batchSize: number;
  readonly transform: Transform;
  readonly classes: number;
  readonly prefetch: number;
  readonly signal: AbortSignal | undefined;
  /** Called before the batch is handed out. */
  readonly onBad: (bad: readonly [index: number, reason: string][]) => void;
}

/**
 * Batches in order, `prefetch` of them under way while one is used. Memory is bounded: as many
 * buffers as batches, used over and over.
 */
export async function* runAhead(options: RunAheadOptions): AsyncGenerator<RawBatch, void> {
  const { pool, source, batchSize, signal } = options;
  const free = Array.from({ length: options.prefetch }, () => allocate(options));
  const underWay: {
    indices: Int32Array;
    buffers: BatchBuffers;
    made: Promise<readonly [number, string][]>;
  }[] = [];
  let next = 0;

  const queueMore = (): void => {
    while (free.length > 0) {
      const plan = options.plan(next);
      if (plan === undefined) return;
      next++;
      const buffers = free.pop()!;
      new Int32Array(buffers.control).fill(0);
      const made = pool.make({ ...plan, source, buffers });
      // It is awaited later, perhaps never: a rejection is not unhandled.
      made.catch(() => undefined);
      underWay.push({ indices: plan.indices, buffers, made });
    }
  };

  try {
    signal?.throwIfAborted();
    queueMore();
    for (;;) {
      const first = underWay[0];
      if (first === undefined) return;
      options.onBad(await orAborted(first.made, signal));
      underWay.shift();
      const { indices, buffers } = first;
      const places = indices.length;
      const words = new Int32Array(buffers.control);
      yield {
        indices,
        size: words[control.size]!,
        images: new Float32Array(buffers.images, 0, places * imageLength(options.transform)),
        labels: words.subarray(control.labels, control.labels + places),
        targets: new Float32Array(buffers.targets),
        read: words.subarray(control.labels + places, control.labels + 2 * places),
      };
      free.push(buffers);
      queueMore();
    }
  } finally {
    for (const { buffers } of underWay) cancel({ buffers });
  }

  function allocate({ transform, classes }: RunAheadOptions): BatchBuffers {
    return {
      images: new SharedArrayBuffer(batchSize * imageLength(transform) * 4),
      targets: new SharedArrayBuffer(batchSize * classes * 4),
      control: new SharedArrayBuffer((control.labels + 2 * batchSize) * 4),
    };
  }
}

export function imageLength(transform: Transform): number {
  const [height, width] = transform.options.inputSize;
  return height * width * 3;
}

/** About 64 MB of batches, at least 2, at most 8: enough to ride out a slow step or image. */
export function defaultPrefetch(batchSize: number, transform: Transform): number {
  const bytes = batchSize * imageLength(transform) * 4;
  return Math.max(2, Math.min(8, Math.floor(2 ** 26 / bytes)));
}

/** Remembers which images were bad, and reports each once. */
export class BadImages {
  readonly list: BadImage[] = [];
  readonly #known = new Set<number>();
  readonly #paths: readonly string[];
  readonly #report: ((path: string, reason: string) => void) | undefined;

  constructor(
    paths: readonly string[],
    report: ((path: string, reason: string) => void) | undefined,
  ) {
    this.#paths = paths;
    this.#report = report;
  }

  add(bad: readonly [index: number, reason: string][]): void {
    for (const [index, reason] of bad) {
      if (this.#known.has(index)) continue;
      this.#known.add(index);
      const path = this.#paths[index]!;
      this.list.push({ path, reason });
      this.#report?.(path, reason);
    }
  }
}

async function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(asError(signal.reason));
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
