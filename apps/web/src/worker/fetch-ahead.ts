import type { WantedModel } from '../protocol.ts';
import type { LoadProgress, LoadStage } from '../types.ts';
import { fetchModel, type FetchedModel } from './fetch-model.ts';

type Listener = (progress: LoadProgress) => void;

/** A model that is fetched before it is asked for, while the backend starts. */
export class FetchAhead {
  readonly #key: string;
  readonly #fetching: Promise<FetchedModel>;
  readonly #cancel = new AbortController();
  /** How far each stage had come. */
  readonly #progress = new Map<LoadStage, LoadProgress>();
  #listener: Listener | undefined;

  constructor(source: WantedModel) {
    this.#key = keyOf(source);
    this.#fetching = fetchModel(source, this.#cancel.signal, (progress) => {
      this.#progress.set(progress.stage, progress);
      this.#listener?.(progress);
    });
    // Who takes it is told; else nobody wants to know.
    this.#fetching.catch(() => undefined);
  }

  /**
   * What was fetched, where it is what is asked for; else it is given up. From here on `signal` ends
   * it, and `onProgress` hears of it, first of what has been.
   *
   * @throws WebPredictorError, ModelError, PredictorError; AbortError
   */
  take(
    source: WantedModel,
    signal: AbortSignal,
    onProgress: Listener,
  ): Promise<FetchedModel> | undefined {
    if (keyOf(source) !== this.#key) {
      this.#cancel.abort();
      return undefined;
    }
    for (const progress of this.#progress.values()) onProgress(progress);
    this.#listener = onProgress;
    const abort = (): void => this.#cancel.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return this.#fetching;
  }
}

/** Files that are no URLs are never fetched ahead, and equal none. */
function keyOf({ files, cache, limits }: WantedModel): string {
  return JSON.stringify([files.config, files.weights, cache, limits]);
}
