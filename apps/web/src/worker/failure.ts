import { ImageError } from '@resnet/image';
import { ModelError } from '@resnet/model';
import { PredictorError, type PredictorErrorCode } from '@resnet/predictor';

import { WebPredictorError, type WebPredictorErrorCode } from '../errors.ts';
import type { Failure, PreparedPicture } from '../protocol.ts';

const predictorCodes: Record<PredictorErrorCode, WebPredictorErrorCode> = {
  MODEL_UNSUITABLE: 'MODEL_UNSUITABLE',
  MODEL_TOO_LARGE: 'MODEL_TOO_LARGE',
  WEIGHTS_NOT_FINITE: 'MODEL_INVALID',
  MAP_UNSUPPORTED: 'MAP_UNSUPPORTED',
  INPUT_INVALID: 'OPTION_INVALID',
  DISPOSED: 'DISPOSED',
};

/** The backend was lost before a picture had been through the net. */
export class LostOnTheWay extends Error {
  readonly prepared: PreparedPicture;

  constructor(prepared: PreparedPicture) {
    super('the backend was lost');
    this.prepared = prepared;
  }
}

/** What a page is to know of an error. After a loss, all that fails has failed by it. */
export function failureOf(error: unknown, lost: AbortSignal): Failure {
  if (lost.aborted) {
    const failure = { code: 'BACKEND_LOST', message: String(lost.reason) } as const;
    return error instanceof LostOnTheWay ? { ...failure, prepared: error.prepared } : failure;
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: codeOf(error), message: message.slice(0, 2000) };
}

function codeOf(error: unknown): Failure['code'] {
  if (error instanceof WebPredictorError) return error.code;
  if (error instanceof PredictorError) return predictorCodes[error.code];
  if (error instanceof ModelError) return error.code === 'DISPOSED' ? 'DISPOSED' : 'MODEL_INVALID';
  if (error instanceof ImageError) return 'IMAGE_UNREADABLE';
  if (error instanceof DOMException && error.name === 'AbortError') return 'ABORTED';
  // A typed array too large for the browser, or wasm's 4 GB.
  const isMemory = error instanceof RangeError || /memory/i.test(String(error));
  return isMemory ? 'OUT_OF_MEMORY' : 'INTERNAL';
}
