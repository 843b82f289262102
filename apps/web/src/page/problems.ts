import { WebPredictorError, type WebPredictorErrorCode } from '../errors.ts';

/** What went wrong, for people. */
export interface Problem {
  readonly title: string;
  readonly text: string;
}

const titles: Readonly<Record<WebPredictorErrorCode, string>> = {
  BACKEND_UNAVAILABLE: 'This browser cannot run it',
  BACKEND_LOST: 'The network stopped',
  MODEL_NOT_FOUND: 'No model there',
  MODEL_INVALID: 'This model cannot be used',
  MODEL_TOO_LARGE: 'This model is too large for a browser',
  MODEL_UNSUITABLE: 'This model does not classify pictures',
  IMAGE_UNREADABLE: 'This picture cannot be read',
  IMAGE_TOO_LARGE: 'This picture is too large',
  MAP_UNSUPPORTED: 'This network cannot show where it looked',
  OPTION_INVALID: 'That cannot be done',
  OUT_OF_MEMORY: 'Out of memory',
  INTERNAL: 'Something went wrong',
  DISPOSED: 'The model was replaced',
};

/** @param error whatever was thrown */
export function problemOf(error: unknown): Problem {
  if (error instanceof WebPredictorError) {
    return { title: titles[error.code], text: sentence(error.message) };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { title: 'Something went wrong', text: sentence(text) };
}

/** Whether the picture is at fault, and not the model or the browser. */
export function isPictureProblem(error: unknown): boolean {
  return (
    error instanceof WebPredictorError &&
    (error.code === 'IMAGE_UNREADABLE' || error.code === 'IMAGE_TOO_LARGE')
  );
}

export function isCode(error: unknown, code: WebPredictorErrorCode): boolean {
  return error instanceof WebPredictorError && error.code === code;
}

/** Messages of the packages begin in lower case and end without a full stop. Long ones are cut. */
function sentence(message: string): string {
  const text = message.length > 400 ? `${message.slice(0, 400)}…` : message;
  const first = /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?…]$/.test(first) ? first : `${first}.`;
}
