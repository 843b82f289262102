/**
 * - `BAD_OPTION`: a share, count, seed or fold number that makes no sense for these files
 * - `NO_CLASSES`, `ONE_CLASS`: nothing to tell apart
 * - `EMPTY_CLASS`: a class without images
 * - `CLASS_TOO_SMALL`: a class with fewer images, or groups, than parts
 * - `DUPLICATE_PATH`: a file listed twice
 * - `BAD_MANIFEST`: a split.json that cannot be used
 */
export type SplitErrorCode =
  | 'BAD_OPTION'
  | 'NO_CLASSES'
  | 'ONE_CLASS'
  | 'EMPTY_CLASS'
  | 'CLASS_TOO_SMALL'
  | 'DUPLICATE_PATH'
  | 'BAD_MANIFEST';

/** Files that cannot be split as asked. `code` is stable; `hint` says what to do. */
export class SplitError extends Error {
  override readonly name = 'SplitError';
  readonly code: SplitErrorCode;
  readonly hint: string | undefined;

  constructor(code: SplitErrorCode, message: string, hint?: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}
