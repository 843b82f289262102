import { WebPredictorError } from '../errors.ts';
import { loadPredictor } from '../load-predictor.ts';
import type {
  BackendName,
  Classification,
  ImageInput,
  LoadProgress,
  ModelSource,
  WebPredictor,
} from '../types.ts';
import type { View } from './view.ts';

/** What `ready` tells. */
export type ReadyDetail = Pick<WebPredictor, 'backend' | 'model'>;

/** What the element is set to, now. */
export interface Settings {
  readonly backend: 'auto' | BackendName;
  readonly topK: number;
  readonly map: boolean;
}

/** The element's model and picture: what becomes of them is shown by the view, and told by events. */
export class Session {
  readonly #element: EventTarget & Settings;
  readonly #view: View;
  /** Ends what is under way for the model that was. */
  #ending = new AbortController();
  #loading: Promise<WebPredictor> | undefined;
  #predictor: WebPredictor | undefined;
  #classification: Classification | undefined;
  #image: ImageInput | undefined;
  #asking = new AbortController();

  constructor(element: EventTarget & Settings, view: View) {
    this.#element = element;
    this.#view = view;
  }

  /** Whether there is a model, loaded or loading. */
  get isStarted(): boolean {
    return this.#loading !== undefined;
  }

  get predictor(): WebPredictor | undefined {
    return this.#predictor;
  }

  get classification(): Classification | undefined {
    return this.#classification;
  }

  /** Takes a model in place of the last, or none; the picture that is shown, or else `first`, is classified. */
  start(source: ModelSource | undefined, first: ImageInput | undefined): void {
    this.stop();
    this.#view.showProgress(undefined);
    this.#view.showStatus('');
    if (source === undefined) return;
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    this.#loading = this.#load(source, signal);
    this.#loading.catch((error: unknown) => {
      if (!signal.aborted) this.#fail(error);
    });
    const image = this.#image ?? first;
    if (image !== undefined) void this.tryClassify(image);
  }

  /** Lets go of the model, and of what is asked of it. */
  stop(): void {
    this.#ending.abort();
    this.#asking.abort();
    this.#predictor?.dispose();
    this.#predictor = undefined;
    this.#loading = undefined;
  }

  async switchBackend(name: BackendName): Promise<void> {
    try {
      await this.#predictor?.switchBackend(name);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** @throws as `ResnetPredictorElement.classify` */
  classify(image: ImageInput): Promise<Classification> {
    return this.#classify(image, false);
  }

  /** What fails is told by an event. */
  async tryClassify(image: ImageInput, isShown = false): Promise<void> {
    try {
      await this.#classify(image, isShown);
    } catch (error) {
      const isAbort = error instanceof DOMException && error.name === 'AbortError';
      // A model that did not load has been reported.
      if (!isAbort && this.#predictor !== undefined) this.#fail(error);
    }
  }

  /** Classifies the image that is shown again, with other settings. */
  again(): void {
    if (this.#image !== undefined && this.isStarted) void this.tryClassify(this.#image, true);
  }

  clear(): void {
    this.#asking.abort();
    this.#image = undefined;
    this.#classification = undefined;
    this.#view.clearPicture();
    this.#view.showResults(undefined, false);
    this.#view.showStatus('');
  }

  /** Shows where in the picture a class was seen; undefined shows the picture alone. */
  async showClass(index: number | undefined): Promise<void> {
    const image = this.#image;
    const predictor = this.#predictor;
    try {
      const isKnown = index !== undefined && image !== undefined;
      const map = isKnown ? await predictor?.activationMap(image, index) : undefined;
      if (image === this.#image) this.#view.showMap(map);
    } catch (error) {
      // Of a model that was replaced meanwhile, nobody waits for it.
      if (predictor === this.#predictor) this.#fail(error);
    }
  }

  async #load(source: ModelSource, signal: AbortSignal): Promise<WebPredictor> {
    this.#view.showStatus('Loading the model');
    const onProgress = (detail: LoadProgress): void => {
      if (signal.aborted) return;
      this.#view.showProgress(detail);
      this.#element.dispatchEvent(new CustomEvent('progress', { detail }));
    };
    try {
      const { backend } = this.#element;
      const predictor = await loadPredictor(source, { backend, signal, onProgress });
      if (signal.aborted) {
        predictor.dispose();
        signal.throwIfAborted();
      }
      this.#predictor = predictor;
      this.#view.showStatus('');
      const detail = { backend: predictor.backend, model: predictor.model };
      this.#element.dispatchEvent(new CustomEvent<ReadyDetail>('ready', { detail }));
      return predictor;
    } finally {
      if (!signal.aborted) this.#view.showProgress(undefined);
    }
  }

  async #classify(image: ImageInput, isShown: boolean): Promise<Classification> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#image = image;
    if (!isShown) {
      this.#view.showResults(undefined, false);
      void this.#showPicture(image);
    }
    if (this.#loading === undefined) {
      throw new WebPredictorError(
        'OPTION_INVALID',
        'classify: the element has no model, or is in no document; set its model first',
      );
    }
    this.#view.setBusy(true);
    try {
      const predictor = await this.#loading;
      signal.throwIfAborted();
      return await this.#ask(predictor, image, signal);
    } finally {
      // Unless another picture keeps it busy.
      if (signal === this.#asking.signal) this.#view.setBusy(false);
    }
  }

  async #ask(
    predictor: WebPredictor,
    image: ImageInput,
    signal: AbortSignal,
  ): Promise<Classification> {
    this.#view.showStatus('Looking at the picture');
    const { topK, map } = this.#element;
    const isMapped = map && predictor.model.hasActivationMaps;
    let answer: Classification;
    try {
      answer = await predictor.classify(image, { topK, map: isMapped, signal });
    } catch (error) {
      if (!signal.aborted) this.#view.showStatus('');
      throw error;
    }
    this.#classification = answer;
    this.#view.showResults(answer, isMapped);
    this.#view.showStatus(
      `Classified in ${Math.round(answer.milliseconds)} ms on ${predictor.backend.name}`,
    );
    this.#element.dispatchEvent(new CustomEvent<Classification>('prediction', { detail: answer }));
    return answer;
  }

  async #showPicture(image: ImageInput): Promise<void> {
    const shown = typeof image === 'string' ? await fetchPicture(image) : image;
    // Another one may have come, or none be wanted any more, while it was fetched.
    if (image !== this.#image) return;
    if (shown === undefined) this.#view.clearPicture();
    else await this.#view.showPicture(shown);
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#view.showStatus(message, true);
    this.#element.dispatchEvent(new ErrorEvent('error', { error, message }));
  }
}

/** Undefined where it cannot be had: what classifies it says why. */
async function fetchPicture(url: string): Promise<Blob | undefined> {
  try {
    const response = await fetch(url);
    return response.ok ? await response.blob() : undefined;
  } catch {
    return undefined;
  }
}
