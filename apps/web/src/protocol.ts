import type { WebPredictorErrorCode } from './errors.ts';
import type { Classification, LoadProgress, ModelInfo, ModelLimits } from './types.ts';

/** What a page and its worker say to each other. One worker holds one backend and its models. */
export type Request =
  | ({
      readonly type: 'start';
      readonly id: number;
      /** A model to fetch meanwhile: it will be asked for once the backend has started. */
      readonly ahead: WantedModel | undefined;
    } & StartOptions)
  | ({
      readonly type: 'load';
      readonly id: number;
      /** By which later requests name the model. */
      readonly model: number;
    } & WantedModel)
  | {
      readonly type: 'classify';
      readonly id: number;
      readonly model: number;
      readonly picture: Picture;
      readonly topK: number;
      readonly map: boolean | number;
    }
  | { readonly type: 'unload'; readonly model: number }
  /** Nobody waits for this request any more. */
  | { readonly type: 'cancel'; readonly id: number };

export type Reply =
  | { readonly type: 'progress'; readonly id: number; readonly progress: LoadProgress }
  | { readonly type: 'done'; readonly id: number; readonly value: Answers[keyof Answers] }
  | { readonly type: 'failed'; readonly id: number; readonly failure: Failure }
  /** The backend is gone, and everything that it held. Requests under way fail after it. */
  | { readonly type: 'lost'; readonly message: string };

export interface StartOptions {
  /** Whether WebGPU may run on the processor. */
  readonly allowsSoftware: boolean;
  /** URLs of tfjs's wasm files by their names. */
  readonly wasmFiles: Readonly<Record<string, string>>;
}

/** What each kind of request is answered with. */
export interface Answers {
  start: { readonly detail: string; readonly isSoftware: boolean };
  load: ModelInfo;
  classify: Classification;
}

/** Where a model is, and how it is to be had. */
export interface WantedModel {
  readonly files: ModelFiles;
  /** Whether weights are kept for the next visit. */
  readonly cache: boolean;
  readonly limits: ModelLimits;
}

/** The model's two files, each in itself or by its URL. */
export interface ModelFiles {
  readonly config: string | Blob | { readonly url: string };
  readonly weights: Blob | Uint8Array<ArrayBuffer> | { readonly url: string };
}

export type Picture =
  | { readonly kind: 'blob'; readonly blob: Blob }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'bitmap'; readonly bitmap: ImageBitmap }
  /** What a video shows: read without a bitmap, see worker/raster-of-frame.ts. */
  | { readonly kind: 'frame'; readonly frame: VideoFrame }
  | { readonly kind: 'pixels'; readonly pixels: ImageData }
  | PreparedPicture;

/** Frees megabytes that no garbage collector sees; nothing where they were handed over. */
export function release(picture: Picture): void {
  if (picture.kind === 'bitmap') picture.bitmap.close();
  else if (picture.kind === 'frame') picture.frame.close();
}

/** A picture as the net takes it: what is left to do when a backend was lost on the way. */
export interface PreparedPicture {
  readonly kind: 'prepared';
  readonly input: Float32Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  readonly milliseconds: number;
}

/** An error on its way from the worker: classes do not survive it. */
export interface Failure {
  readonly code: WebPredictorErrorCode | 'ABORTED';
  readonly message: string;
  /** With BACKEND_LOST: the picture, for another backend to go on with. */
  readonly prepared?: PreparedPicture;
}
