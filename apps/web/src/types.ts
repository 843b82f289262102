/** What a model runs on: the GPU, or the CPU through WebAssembly SIMD. */
export type BackendName = 'webgpu' | 'wasm';

/**
 * Where a model is: the URL of a run folder (or of its `config.json`), the two files, or the files
 * of a folder that was dropped or chosen, `config.json` and `model.safetensors` among them.
 */
export type ModelSource =
  | string
  | URL
  | { readonly config: Blob | string | object; readonly weights: Blob | Uint8Array }
  | readonly File[];

/** A picture, or a string that is the URL of one. */
export type ImageInput =
  | Blob
  | ImageBitmap
  | HTMLImageElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | HTMLVideoElement
  | ImageData
  | string;

/** Part of the loading: in the order in which they come. */
export type LoadStage = 'backend' | 'config' | 'weights' | 'warmup';

/** How far a model is loaded. */
export interface LoadProgress {
  readonly stage: LoadStage;
  /** Of the weights in bytes, of other stages 0 at their start and 1 at their end. */
  readonly loaded: number;
  /** Undefined where the server does not tell the size. */
  readonly total?: number | undefined;
}

/** What a model may be at most. A model past one of them is refused before memory is taken for it. */
export interface ModelLimits {
  /** Of `model.safetensors`; 512 MiB unless given. */
  readonly weightBytes: number;
  /** Height and width of the net's input; 1024 unless given. */
  readonly inputSize: number;
  /** Multiplications and additions for a picture; 100e9 unless given (ResNet-152 at 224 has 11.5e9). */
  readonly multiplyAdds: number;
  /** 100,000 unless given. */
  readonly classes: number;
}

/** How {@link loadPredictor} loads a model. */
export interface LoadOptions {
  /**
   * `auto` (the default) takes WebGPU where the browser has a hardware adapter, else wasm. A
   * software adapter is taken only where `webgpu` is asked for by name.
   */
  readonly backend?: 'auto' | BackendName | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
  /** Whether weights from a URL are kept in Cache Storage, for the next visit; true unless given. */
  readonly cache?: boolean | undefined;
  readonly limits?: Partial<ModelLimits> | undefined;
}

/** What a predictor runs on. */
export interface BackendInfo {
  readonly name: BackendName;
  /** For people: the adapter's description, or `SIMD, 2 threads`. */
  readonly detail: string;
  /** Whether WebGPU runs on the CPU: right, but slower than wasm. */
  readonly isSoftware: boolean;
}

/** What a model says of itself. */
export interface ModelInfo {
  /** `resnet18`, as in `config.json`. */
  readonly architecture: string;
  /** One for each class, by index. Untrusted text: never to be put into a page as HTML. */
  readonly labels: readonly string[];
  /** [height, width] of what the net sees. */
  readonly inputSize: readonly [height: number, width: number];
  readonly parameters: number;
  /** Of `model.safetensors`. */
  readonly bytes: number;
  /** Whether class activation maps fit this net (average pool and a linear classifier). */
  readonly hasActivationMaps: boolean;
}

/** A class and how probable it is. */
export interface Prediction {
  /** Of the class, in {@link ModelInfo.labels}. */
  readonly index: number;
  readonly label: string;
  /** 0..1; those of all classes add up to 1. */
  readonly probability: number;
}

/**
 * Where in the picture the evidence for a class was (class activation mapping, arXiv 1512.04150).
 */
export interface ActivationMap {
  readonly classIndex: number;
  /** Of the grid of features, not of the picture: 7 x 7 for a ResNet at 224. */
  readonly width: number;
  readonly height: number;
  /** Row by row, in 0..1: 1 where the class was seen most clearly, 0 where least. */
  readonly values: Float32Array;
  /**
   * The part of the upright picture that the net saw, in the picture's pixels: the map covers it.
   * It reaches outside of a picture that is smaller than the net's crop of it.
   */
  readonly box: {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  };
}

/** What `classify` answers. */
export interface ClassifyOptions {
  /** How many classes, most probable first; 5 unless given. */
  readonly topK?: number | undefined;
  /** An activation map beside it: of the most probable class (`true`), or of the class of this index. */
  readonly map?: boolean | number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The answer for one picture. */
export interface Classification {
  /** Most probable first. */
  readonly predictions: readonly Prediction[];
  /** From the decoded picture to the probabilities: preprocessing and the net. */
  readonly milliseconds: number;
  readonly map?: ActivationMap;
  /** Of the picture in pixels, upright (EXIF orientation applied). */
  readonly width: number;
  readonly height: number;
}

/** A predictor went over to another backend, by itself or by {@link WebPredictor.switchBackend}. */
export interface BackendChange {
  readonly from: BackendInfo;
  readonly to: BackendInfo;
  readonly reason: 'asked' | 'lost';
  /** Why, for people; where it was lost, what the browser said. */
  readonly message: string;
}

/** The events of a {@link WebPredictor}, for `addEventListener`. */
export interface WebPredictorEventMap {
  backendchange: CustomEvent<BackendChange>;
}

/**
 * A model that is ready to classify, in a worker. Predictors of one page share a worker for each
 * backend, and those of one URL share the model.
 */
export interface WebPredictor extends EventTarget {
  readonly backend: BackendInfo;
  readonly model: ModelInfo;

  /**
   * The most probable classes of a picture. Calls may overlap: they are answered in their order.
   *
   * @throws WebPredictorError IMAGE_UNREADABLE, IMAGE_TOO_LARGE, OPTION_INVALID, DISPOSED,
   *   BACKEND_LOST; and the signal's reason when it is aborted
   */
  classify(image: ImageInput, options?: ClassifyOptions): Promise<Classification>;

  /**
   * What the net looked at for one class (class activation mapping, arXiv 1512.04150).
   *
   * @throws as {@link classify}; WebPredictorError MAP_UNSUPPORTED where the net has no such maps
   */
  activationMap(image: ImageInput, classIndex: number): Promise<ActivationMap>;

  /**
   * Goes over to another backend. What was asked before is answered on the old one; where the new
   * one does not start, the old one stays.
   *
   * @throws WebPredictorError BACKEND_UNAVAILABLE
   */
  switchBackend(name: BackendName): Promise<void>;

  /** Frees the model, and with the last of a backend its worker. Doing it again does nothing. */
  dispose(): void;

  addEventListener<K extends keyof WebPredictorEventMap>(
    type: K,
    listener: (event: WebPredictorEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
  removeEventListener<K extends keyof WebPredictorEventMap>(
    type: K,
    listener: (event: WebPredictorEventMap[K]) => void,
    options?: boolean | EventListenerOptions,
  ): void;
  removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | EventListenerOptions,
  ): void;
}
