import { SplitError } from '@resnet/split';

import { DataError } from '../errors.ts';

/**
 * Runs `work` of @resnet/split; what it refuses becomes a {@link DataError} that says where.
 *
 * @param where is put before the message, as the folder or file in question
 * @throws {DataError} for each `SplitError`
 */
export function explainSplit<T>(work: () => T, where: string): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SplitError)) throw error;
    const { code, hint, message } = error;
    const isKept = code === 'OPTION_INVALID' || code === 'MANIFEST_INVALID';
    throw new DataError(isKept ? code : 'DATASET_INVALID', `${where}: ${message}`, {
      hint,
      cause: error,
    });
  }
}
