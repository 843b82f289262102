import { WebPredictorError } from '../errors.ts';
import { release, type Picture } from '../protocol.ts';
import type {
  ActivationMap,
  BackendChange,
  BackendInfo,
  BackendName,
  Classification,
  ClassifyOptions,
  ImageInput,
  ModelInfo,
  WebPredictor,
} from '../types.ts';
import { BackendLostError } from './engine.ts';
import { holdModel, type Model, type ModelRequest } from './models.ts';
import { isReusable, pictureOf, transfersOf } from './picture.ts';
import type { Hold } from './shared.ts';

/** Losses that WebGPU is tried again after, and those after which nothing is. */
const webgpuLosses = 1;
const allLosses = 4;

interface AskOptions {
  readonly topK: number;
  readonly map: boolean | number;
  readonly signal: AbortSignal | undefined;
}

/** A predictor over models and backends that others may share. */
export class SharedPredictor extends EventTarget implements WebPredictor {
  #held: Hold<Model>;
  readonly #request: ModelRequest;
  /** Whether a software adapter will do where WebGPU starts again. */
  readonly #isNamed: boolean;
  /** Changes of backend, one after the other. */
  #changing: Promise<void> = Promise.resolve();
  #losses = 0;
  #isDisposed = false;
  /** Questions under way on each model, which is released after the last. */
  readonly #asked = new Map<Hold<Model>, number>();
  readonly #ended = new Set<Hold<Model>>();
  readonly #unwatch = new AbortController();

  constructor(held: Hold<Model>, request: ModelRequest, isNamed: boolean) {
    super();
    this.#held = held;
    this.#request = request;
    this.#isNamed = isNamed;
    this.#watch(held);
  }

  get backend(): BackendInfo {
    return this.#held.value.engine.backend;
  }

  get model(): ModelInfo {
    return this.#held.value.info;
  }

  async classify(image: ImageInput, options: ClassifyOptions = {}): Promise<Classification> {
    const { topK = 5, map = false, signal } = options;
    this.#checkAlive();
    signal?.throwIfAborted();
    this.#checkOptions(topK, map);
    const picture = await pictureOf(image);
    try {
      return await this.#classify(picture, { topK, map, signal });
    } finally {
      // It may have got no further than here.
      release(picture);
    }
  }

  async activationMap(image: ImageInput, classIndex: number): Promise<ActivationMap> {
    const { map } = await this.classify(image, { topK: 1, map: classIndex });
    return map!;
  }

  switchBackend(name: BackendName): Promise<void> {
    this.#checkAlive();
    return this.#change(async () => {
      this.#checkAlive();
      if (this.backend.name === name) return;
      const message = `${name} was asked for`;
      await this.#goTo(name, 'asked', message);
    });
  }

  dispose(): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    this.#unwatch.abort();
    this.#held.release();
  }

  /** Asks until it is answered: of each backend that is started in a lost one's place. */
  async #classify(picture: Picture, options: AskOptions): Promise<Classification> {
    let asked = picture;
    for (;;) {
      await this.#changing;
      this.#checkAlive();
      const held = this.#held;
      try {
        return await this.#ask(held, asked, options);
      } catch (error) {
        if (this.#isDisposed) throw disposed();
        if (!(error instanceof BackendLostError)) throw error;
        if (error.prepared !== undefined) asked = error.prepared;
        else if (!isReusable(asked)) throw error;
        await this.#recover(held, error.message);
      }
    }
  }

  async #ask(held: Hold<Model>, picture: Picture, options: AskOptions): Promise<Classification> {
    const { engine, id } = held.value;
    const { topK, map, signal } = options;
    this.#asked.set(held, (this.#asked.get(held) ?? 0) + 1);
    try {
      return await engine.ask<'classify'>(
        { type: 'classify', model: id, picture, topK, map },
        { signal, transfer: transfersOf(picture) },
      );
    } finally {
      const left = this.#asked.get(held)! - 1;
      if (left > 0) this.#asked.set(held, left);
      else this.#asked.delete(held);
      if (left === 0 && this.#ended.delete(held)) held.release();
    }
  }

  /** Another backend in place of one that is lost; once for all who notice. */
  #recover(from: Hold<Model>, message: string): Promise<void> {
    return this.#change(async () => {
      if (this.#held !== from || this.#isDisposed) return;
      const { name } = this.backend;
      const losses = ++this.#losses;
      if (losses > allLosses) throw lostForGood(message);
      const order: readonly ('auto' | BackendName)[] =
        name === 'webgpu' && losses <= webgpuLosses
          ? [this.#isNamed ? 'webgpu' : 'auto', 'wasm']
          : ['wasm'];
      for (const backend of order) {
        try {
          await this.#goTo(backend, 'lost', message);
          return;
        } catch (error) {
          if (backend === order.at(-1)) throw lostForGood(message, error);
        }
      }
    });
  }

  async #goTo(
    backend: 'auto' | BackendName,
    reason: BackendChange['reason'],
    message: string,
  ): Promise<void> {
    const before = this.#held;
    const next = await holdModel(backend, this.#request);
    if (this.#isDisposed) {
      next.release();
      return;
    }
    this.#held = next;
    this.#watch(next);
    if (this.#asked.has(before)) this.#ended.add(before);
    else before.release();
    const detail = { from: before.value.engine.backend, to: this.backend, reason, message };
    this.dispatchEvent(new CustomEvent<BackendChange>('backendchange', { detail }));
  }

  /** One change at a time: the next begins when this one has ended, in whatever way. */
  #change(change: () => Promise<void>): Promise<void> {
    const changed = this.#changing.then(change);
    this.#changing = changed.catch(() => undefined);
    return changed;
  }

  /** A loss is made good at once, so that the next picture need not wait for it. */
  #watch(held: Hold<Model>): void {
    const { lost } = held.value.engine;
    const recover = (): void => {
      if (held !== this.#held) return;
      // Where it fails, the next question says so.
      this.#recover(held, String(lost.reason)).catch(() => undefined);
    };
    if (lost.aborted) recover();
    else lost.addEventListener('abort', recover, { once: true, signal: this.#unwatch.signal });
  }

  #checkOptions(topK: number, map: boolean | number): void {
    if (!Number.isInteger(topK) || topK < 1) {
      throw invalid(`topK is an integer of 1 or more, received ${topK}`);
    }
    const { labels } = this.model;
    if (typeof map === 'boolean') return;
    if (!Number.isInteger(map) || map < 0 || map >= labels.length) {
      throw invalid(`map is a class from 0 to ${labels.length - 1}, received ${map}`);
    }
  }

  #checkAlive(): void {
    if (this.#isDisposed) throw disposed();
  }
}

function invalid(problem: string): WebPredictorError {
  return new WebPredictorError('OPTION_INVALID', `classify: ${problem}`);
}

function disposed(): WebPredictorError {
  return new WebPredictorError('DISPOSED', 'the predictor has been disposed; load the model again');
}

function lostForGood(message: string, cause?: unknown): WebPredictorError {
  return new WebPredictorError(
    'BACKEND_LOST',
    `the backend was lost, and no other could be started in its place: ${message}`,
    { cause },
  );
}
