/**
 * - `OPTION_INVALID`: a fraction, count, seed or fold number that makes no sense for these files
 * - `CLASSES_MISSING`, `CLASSES_TOO_FEW`: nothing to tell apart
 * - `CLASS_EMPTY`: a class without images
 * - `CLASS_TOO_SMALL`: a class with fewer images, or groups, than subsets
 * - `PATH_DUPLICATE`: a file listed twice
 * - `MANIFEST_INVALID`: a split.json that cannot be used
 */
export type SplitErrorCode =
  | 'OPTION_INVALID'
  | 'CLASSES_MISSING'
  | 'CLASSES_TOO_FEW'
  | 'CLASS_EMPTY'
  | 'CLASS_TOO_SMALL'
  | 'PATH_DUPLICATE'
  | 'MANIFEST_INVALID';

/** Files that cannot be split as asked. `code` is stable; `hint` says what to do. */
export class SplitError extends Error {
  override readonly name = 'SplitError';
  readonly code: SplitErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: SplitErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
