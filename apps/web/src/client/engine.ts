import { WebPredictorError } from '../errors.ts';
import type {
  Answers,
  Failure,
  WantedModel,
  PreparedPicture,
  Reply,
  Request,
} from '../protocol.ts';
import type { BackendInfo, BackendName, LoadProgress } from '../types.ts';
import { startWorker } from './start-worker.ts';
import { wasmFiles } from './wasm-files.ts';

/** The backend went away under a request; on another one it may be asked again. */
export class BackendLostError extends WebPredictorError {
  readonly prepared: PreparedPicture | undefined;

  constructor(message: string, prepared?: PreparedPicture) {
    super('BACKEND_LOST', message);
    this.prepared = prepared;
  }
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined;
  readonly transfer?: Transferable[];
  readonly onProgress?: (progress: LoadProgress) => void;
}

interface Waiting {
  readonly resolve: (value: Answers[keyof Answers]) => void;
  readonly reject: (error: unknown) => void;
  readonly onProgress: AskOptions['onProgress'];
}

type Asked<T extends keyof Answers> = Omit<Extract<Request, { readonly type: T }>, 'id'>;

/** A worker with a backend in it, seen from the page. */
export class Engine {
  readonly backend: BackendInfo;
  /** Aborted, with a message for people, once the backend is lost. */
  readonly lost: AbortSignal;
  readonly #worker: Connection;

  private constructor(backend: BackendInfo, worker: Connection) {
    this.backend = backend;
    this.#worker = worker;
    this.lost = worker.lost;
  }

  /**
   * @param ahead a model that will be asked for: it is fetched while the backend starts
   * @param signal ends the worker where it has not started yet
   * @throws WebPredictorError BACKEND_UNAVAILABLE; the signal's reason
   */
  static async start(
    name: BackendName,
    allowsSoftware: boolean,
    ahead: WantedModel | undefined,
    signal: AbortSignal,
  ): Promise<Engine> {
    const connection = new Connection(startWorker(name), name);
    try {
      const answer = await connection.ask<'start'>(
        { type: 'start', allowsSoftware, wasmFiles: wasmFiles(), ahead },
        { signal },
      );
      return new Engine({ name, ...answer }, connection);
    } catch (error) {
      connection.close();
      if (!(error instanceof BackendLostError)) throw error;
      throw new WebPredictorError('BACKEND_UNAVAILABLE', error.message, { cause: error });
    }
  }

  /** @throws WebPredictorError; BackendLostError; the signal's reason */
  ask<T extends keyof Answers>(request: Asked<T>, options?: AskOptions): Promise<Answers[T]> {
    return this.#worker.ask<T>(request, options);
  }

  unload(model: number): void {
    this.#worker.tell({ type: 'unload', model });
  }

  /** Ends the worker, and frees all that it holds. Requests under way are never answered. */
  close(): void {
    this.#worker.close();
  }
}

/** Requests and their answers over one worker. */
class Connection {
  readonly #worker: Worker;
  readonly #name: BackendName;
  readonly #waiting = new Map<number, Waiting>();
  readonly #lost = new AbortController();
  #lastId = 0;

  constructor(worker: Worker, name: BackendName) {
    this.#worker = worker;
    this.#name = name;
    worker.addEventListener('message', ({ data }: MessageEvent<Reply>) => this.#receive(data));
    // A script that is not there or is forbidden, or a crash: the browser says little of it.
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      this.#lose(`${name}: its worker failed (${event.message || 'its script did not load'})`);
    });
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  ask<T extends keyof Answers>(
    request: Asked<T>,
    { signal, transfer = [], onProgress }: AskOptions = {},
  ): Promise<Answers[T]> {
    return new Promise<Answers[T]>((resolve, reject) => {
      signal?.throwIfAborted();
      if (this.lost.aborted) throw new BackendLostError(String(this.lost.reason));
      const id = ++this.#lastId;
      const onAbort = (): void => {
        this.#waiting.delete(id);
        this.tell({ type: 'cancel', id });
        reject(signal?.reason as unknown);
      };
      const settled = (): void => signal?.removeEventListener('abort', onAbort);
      this.#waiting.set(id, {
        resolve: (value) => {
          settled();
          // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- answered in kind
          resolve(value as Answers[T]);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
        onProgress,
      });
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#worker.postMessage({ ...request, id }, transfer);
    });
  }

  tell(request: Extract<Request, { readonly type: 'unload' | 'cancel' }>): void {
    this.#worker.postMessage(request, []);
  }

  close(): void {
    this.#lose(`${this.#name}: it was closed`);
  }

  #receive(reply: Reply): void {
    if (reply.type === 'lost') {
      this.#loseSoon(reply.message);
      return;
    }
    const waiting = this.#waiting.get(reply.id);
    if (reply.type === 'progress') {
      waiting?.onProgress?.(reply.progress);
      return;
    }
    this.#waiting.delete(reply.id);
    if (reply.type === 'done') waiting?.resolve(reply.value);
    else waiting?.reject(errorOf(reply.failure));
  }

  /** The worker goes on for a moment, to hand back the pictures that it was at work on. */
  #loseSoon(message: string): void {
    this.#lost.abort(message);
    setTimeout(() => this.#lose(message), 2000);
  }

  #lose(message: string): void {
    this.#lost.abort(message);
    this.#worker.terminate();
    for (const { reject } of this.#waiting.values()) reject(new BackendLostError(message));
    this.#waiting.clear();
  }
}

function errorOf({ code, message, prepared }: Failure): Error {
  if (code === 'BACKEND_LOST') return new BackendLostError(message, prepared);
  // Requests that were aborted here have been answered already.
  return new WebPredictorError(code === 'ABORTED' ? 'DISPOSED' : code, message);
}
