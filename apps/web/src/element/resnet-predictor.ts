import { WebPredictorError } from '../errors.ts';
import { loadPredictor } from '../load-predictor.ts';
import type {
  ActivationMap,
  BackendName,
  Classification,
  ImageInput,
  LoadProgress,
  ModelSource,
  WebPredictor,
} from '../types.ts';
import { pictureIn, View } from './view.ts';

/** What `ready` tells. */
export type ReadyDetail = Pick<WebPredictor, 'backend' | 'model'>;

export interface ResnetPredictorEventMap extends Omit<HTMLElementEventMap, 'progress'> {
  progress: CustomEvent<LoadProgress>;
  ready: CustomEvent<ReadyDetail>;
  prediction: CustomEvent<Classification>;
}

// On a server there are no elements: importing must work there all the same.
// oxlint-disable-next-line typescript/no-extraneous-class, typescript/no-unsafe-type-assertion
const Base: typeof HTMLElement = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Drop, paste or choose a picture, and see what it is: a model that `resnet train` writes, in any
 * page. All that is computed stays on the device.
 *
 * @tagname resnet-predictor
 * @attr {string} model - URL of the model's folder, or of its config.json
 * @attr {'auto' | 'webgpu' | 'wasm'} backend - what to run on; `auto` unless given
 * @attr {number} top-k - how many classes to show; 5 unless given
 * @attr {boolean} map - shows where in the picture the class was seen
 * @attr {string} src - URL of a picture to begin with
 * @fires {CustomEvent<ReadyDetail>} ready - the model is loaded
 * @fires {CustomEvent<LoadProgress>} progress - the model is loading
 * @fires {CustomEvent<Classification>} prediction - a picture has been classified
 * @fires {ErrorEvent} error - a model or a picture failed; `error` is the WebPredictorError
 * @slot prompt - what stands where the picture will be
 * @slot footer - below the classes
 * @csspart zone - where pictures are dropped
 * @csspart prompt - what stands there before
 * @csspart picture - the picture (canvas)
 * @csspart map - the activation map over it (canvas)
 * @csspart progress - of loading
 * @csspart status - a line of text: what goes on, or went wrong
 * @csspart results - the list of classes
 * @csspart result - a class
 * @csspart label - its name
 * @csspart value - its percentage
 * @csspart track - the way of its bar
 * @csspart bar - its bar
 * @cssprop --resnet-accent - bars, focus and links
 * @cssprop --resnet-surface - background
 * @cssprop --resnet-text - text
 * @cssprop --resnet-muted - text of less weight
 * @cssprop --resnet-border - border and lines
 * @cssprop --resnet-danger - errors
 * @cssprop --resnet-radius - of the corners
 * @cssprop --resnet-font - font family
 * @cssprop --resnet-picture-height - the most that the picture is high
 */
export class ResnetPredictorElement extends Base {
  static readonly observedAttributes: readonly string[] = [
    'model',
    'backend',
    'top-k',
    'map',
    'src',
  ];

  #view: View | undefined;
  #source: ModelSource | undefined;
  /** Ends what is under way for the model that was. */
  #session = new AbortController();
  #loading: Promise<WebPredictor> | undefined;
  #predictor: WebPredictor | undefined;
  #classification: Classification | undefined;
  #image: ImageInput | undefined;
  #asking = new AbortController();

  /** The model: a URL (then the attribute says so too), the two files, or the files of a folder. */
  get model(): ModelSource | undefined {
    return this.#source;
  }

  set model(source: ModelSource | undefined) {
    if (source === this.#source) return;
    if (typeof source === 'string') {
      this.setAttribute('model', source);
      return;
    }
    this.#source = source;
    this.removeAttribute('model');
    this.#restart();
  }

  get backend(): 'auto' | BackendName {
    const name = this.getAttribute('backend');
    return name === 'webgpu' || name === 'wasm' ? name : 'auto';
  }

  set backend(name: 'auto' | BackendName) {
    this.setAttribute('backend', name);
  }

  get topK(): number {
    const given = Number(this.getAttribute('top-k') ?? 5);
    return Number.isInteger(given) && given >= 1 ? given : 5;
  }

  set topK(count: number) {
    this.setAttribute('top-k', String(count));
  }

  get map(): boolean {
    return this.hasAttribute('map');
  }

  set map(isShown: boolean) {
    this.toggleAttribute('map', isShown);
  }

  get src(): string {
    return this.getAttribute('src') ?? '';
  }

  set src(url: string) {
    this.setAttribute('src', url);
  }

  /** What it runs with, once `ready`; the element's own, which it disposes. */
  get predictor(): WebPredictor | undefined {
    return this.#predictor;
  }

  /** The last answer. */
  get classification(): Classification | undefined {
    return this.#classification;
  }

  connectedCallback(): void {
    // Properties may have been set before the element was defined.
    for (const name of ['model', 'backend', 'topK', 'map', 'src'] as const) this.#adopt(name);
    this.#view ??= this.#render();
    this.addEventListener('paste', this.#onPaste);
    if (this.#loading === undefined) this.#restart();
  }

  disconnectedCallback(): void {
    this.removeEventListener('paste', this.#onPaste);
    // Moved within the page, it is connected again at once, and keeps its model.
    queueMicrotask(() => {
      if (!this.isConnected) this.#stop();
    });
  }

  attributeChangedCallback(name: string, before: string | null, value: string | null): void {
    if (before === value) return;
    if (name === 'model') {
      if (value !== null) this.#source = value;
      else if (typeof this.#source === 'string') this.#source = undefined;
      else return;
      this.#restart();
    } else if (name === 'backend') {
      this.#changeBackend();
    } else if (name === 'src') {
      if (value !== null && this.#loading !== undefined) void this.#tryClassify(value);
    } else if (this.#image !== undefined && this.#loading !== undefined) {
      void this.#tryClassify(this.#image, true);
    }
  }

  /**
   * Classifies a picture and shows it; waits for the model where it is still loading.
   *
   * @throws WebPredictorError; AbortError where another picture comes before it is done
   */
  async classify(image: ImageInput): Promise<Classification> {
    return await this.#classify(image, false);
  }

  /** Shows no picture any more. */
  clear(): void {
    this.#asking.abort();
    this.#image = undefined;
    this.#classification = undefined;
    this.#view?.clearPicture();
    this.#view?.showResults(undefined, false);
    this.#view?.showStatus('');
  }

  readonly #onPaste = (event: ClipboardEvent): void => {
    const file = pictureIn(event.clipboardData);
    if (file === undefined) return;
    event.preventDefault();
    void this.#tryClassify(file);
  };

  #render(): View {
    return new View(this.shadowRoot ?? this.attachShadow({ mode: 'open', delegatesFocus: true }), {
      onPicture: (file) => void this.#tryClassify(file),
      onClass: (index) => void this.#showClass(index),
    });
  }

  #adopt(name: 'model' | 'backend' | 'topK' | 'map' | 'src'): void {
    if (!Object.hasOwn(this, name)) return;
    const value: unknown = Reflect.get(this, name);
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, value);
  }

  #stop(): void {
    this.#session.abort();
    this.#asking.abort();
    this.#predictor?.dispose();
    this.#predictor = undefined;
    this.#loading = undefined;
  }

  #restart(): void {
    if (!this.isConnected || this.#view === undefined) return;
    this.#stop();
    this.#view.showProgress(undefined);
    this.#view.showStatus('');
    if (this.#source === undefined) return;
    this.#session = new AbortController();
    const { signal } = this.#session;
    const loading = this.#load(this.#source, signal);
    this.#loading = loading;
    loading.catch((error: unknown) => {
      if (!signal.aborted) this.#fail(error);
    });
    const image = this.#image ?? (this.src || undefined);
    if (image !== undefined) void this.#tryClassify(image);
  }

  async #load(source: ModelSource, signal: AbortSignal): Promise<WebPredictor> {
    this.#view?.showStatus('Loading the model');
    const onProgress = (detail: LoadProgress): void => {
      if (signal.aborted) return;
      this.#view?.showProgress(detail);
      this.dispatchEvent(new CustomEvent('progress', { detail }));
    };
    try {
      const predictor = await loadPredictor(source, { backend: this.backend, signal, onProgress });
      if (signal.aborted) {
        predictor.dispose();
        signal.throwIfAborted();
      }
      this.#predictor = predictor;
      this.#view?.showStatus('');
      const { backend, model } = predictor;
      this.dispatchEvent(new CustomEvent<ReadyDetail>('ready', { detail: { backend, model } }));
      return predictor;
    } finally {
      if (!signal.aborted) this.#view?.showProgress(undefined);
    }
  }

  #changeBackend(): void {
    const name = this.backend;
    if (this.#predictor === undefined || name === 'auto') this.#restart();
    else this.#predictor.switchBackend(name).catch((error: unknown) => this.#fail(error));
  }

  async #tryClassify(image: ImageInput, isShown = false): Promise<void> {
    try {
      await this.#classify(image, isShown);
    } catch (error) {
      const isAbort = error instanceof DOMException && error.name === 'AbortError';
      // A model that did not load has been reported.
      if (!isAbort && this.#predictor !== undefined) this.#fail(error);
    }
  }

  async #classify(image: ImageInput, isShown: boolean): Promise<Classification> {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#image = image;
    const view = this.#view;
    if (!isShown) {
      view?.showResults(undefined, false);
      void this.#showPicture(image);
    }
    if (this.#loading === undefined) {
      throw new WebPredictorError(
        'OPTION_INVALID',
        'classify: the element has no model, or is in no document; set its model first',
      );
    }
    view?.setBusy(true);
    try {
      const predictor = await this.#loading;
      signal.throwIfAborted();
      view?.showStatus('Looking at the picture');
      const isMapped = this.map && predictor.model.hasActivationMaps;
      const answer = await predictor.classify(image, { topK: this.topK, map: isMapped, signal });
      this.#classification = answer;
      view?.showResults(answer, isMapped);
      view?.showStatus(
        `Classified in ${Math.round(answer.milliseconds)} ms on ${predictor.backend.name}`,
      );
      this.dispatchEvent(new CustomEvent<Classification>('prediction', { detail: answer }));
      return answer;
    } finally {
      if (!signal.aborted) view?.setBusy(false);
    }
  }

  async #showPicture(image: ImageInput): Promise<void> {
    if (typeof image !== 'string') {
      await this.#view?.showPicture(image);
      return;
    }
    try {
      const response = await fetch(image);
      if (response.ok) await this.#view?.showPicture(await response.blob());
    } catch {
      // What classifies it says what is wrong.
    }
  }

  async #showClass(index: number | undefined): Promise<void> {
    const image = this.#image;
    let map: ActivationMap | undefined;
    try {
      if (index !== undefined && image !== undefined) {
        map = await this.#predictor?.activationMap(image, index);
      }
      if (image === this.#image) this.#view?.showMap(map);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#view?.showStatus(message, true);
    this.dispatchEvent(new ErrorEvent('error', { error, message }));
  }

  override addEventListener<K extends keyof ResnetPredictorEventMap>(
    type: K,
    listener: (this: ResnetPredictorElement, event: ResnetPredictorEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void {
    super.addEventListener(type, listener, options);
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'resnet-predictor': ResnetPredictorElement;
  }
}
