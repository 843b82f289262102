import type {
  BackendName,
  Classification,
  ImageInput,
  LoadProgress,
  ModelSource,
  WebPredictor,
} from '../types.ts';
import { Session, type ReadyDetail } from './session.ts';
import { pictureIn, View } from './view.ts';

/** The events of `<resnet-predictor>`, for `addEventListener`. */
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

  readonly #session = new Session(
    this,
    new View(this.attachShadow({ mode: 'open', delegatesFocus: true }), {
      onPicture: (file) => void this.#session.tryClassify(file),
      onClass: (index) => void this.#session.showClass(index),
    }),
  );
  #source: ModelSource | undefined;
  /** Whether it is in a document, and has taken up the properties that it was given before. */
  #isSetUp = false;

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
    return this.#session.predictor;
  }

  /** The last answer. */
  get classification(): Classification | undefined {
    return this.#session.classification;
  }

  connectedCallback(): void {
    // Properties may have been set before the element was defined.
    for (const name of ['model', 'backend', 'topK', 'map', 'src'] as const) this.#adopt(name);
    this.addEventListener('paste', this.#onPaste);
    this.#isSetUp = true;
    if (!this.#session.isStarted) this.#restart();
  }

  disconnectedCallback(): void {
    this.removeEventListener('paste', this.#onPaste);
    // Moved within the page, it is connected again at once, and keeps its model.
    queueMicrotask(() => {
      if (this.isConnected) return;
      this.#isSetUp = false;
      this.#session.stop();
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
      if (this.predictor === undefined || this.backend === 'auto') this.#restart();
      else void this.#session.switchBackend(this.backend);
    } else if (name !== 'src') {
      this.#session.again();
    } else if (value !== null && this.#session.isStarted) {
      void this.#session.tryClassify(value);
    }
  }

  /**
   * Classifies a picture and shows it; waits for the model where it is still loading.
   *
   * @throws WebPredictorError; AbortError where another picture comes before it is done
   */
  async classify(image: ImageInput): Promise<Classification> {
    return await this.#session.classify(image);
  }

  /** Shows no picture any more. */
  clear(): void {
    this.#session.clear();
  }

  readonly #onPaste = (event: ClipboardEvent): void => {
    const file = pictureIn(event.clipboardData);
    if (file === undefined) return;
    event.preventDefault();
    void this.#session.tryClassify(file);
  };

  #adopt(name: 'model' | 'backend' | 'topK' | 'map' | 'src'): void {
    if (!Object.hasOwn(this, name)) return;
    const value: unknown = Reflect.get(this, name);
    Reflect.deleteProperty(this, name);
    Reflect.set(this, name, value);
  }

  #restart(): void {
    if (this.#isSetUp) this.#session.start(this.#source, this.src || undefined);
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
