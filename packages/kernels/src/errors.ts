/** Why an operation of this package refused its arguments; stable, for programs to switch on. */
export type KernelErrorCode = 'SHAPE_MISMATCH' | 'INVALID_OPTION' | 'BACKEND_MISMATCH';

/** Thrown before any work is done; the message names the operation, what it expected and what it got. */
export class KernelError extends Error {
  readonly code: KernelErrorCode;

  constructor(code: KernelErrorCode, operation: string, problem: string) {
    super(`${operation}: ${problem}`);
    this.name = 'KernelError';
    this.code = code;
  }
}
