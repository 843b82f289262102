import { ModelError } from '../../errors.ts';

/** A file that is damaged, cut short, or not torch's. */
export function invalid(problem: string, cause?: unknown): ModelError {
  return new ModelError('TORCH_FILE_INVALID', `torch file: ${problem}`, { cause });
}

/** A file that may be sound, with something in it that is never made from a file here. */
export function refused(problem: string, hint?: string): ModelError {
  return new ModelError('TORCH_FILE_REFUSED', `torch file: ${problem}`, { hint });
}

/** Names in a message come from the file: they may be long, or hold what a terminal obeys. */
export function shown(name: string): string {
  const printable = name.slice(0, 100).replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');
  return name.length > 100 ? `${printable}...` : printable;
}
