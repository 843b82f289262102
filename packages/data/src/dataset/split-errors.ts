import { SplitError, type SplitErrorCode } from '@resnet/split';

import { DataError, type DataErrorCode } from '../errors.ts';

const codes: Partial<Record<SplitErrorCode, DataErrorCode>> = {
  BAD_OPTION: 'OPTION_INVALID',
  BAD_MANIFEST: 'MANIFEST_INVALID',
};

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
    throw new DataError(codes[code] ?? 'DATASET_INVALID', `${where}: ${message}`, {
      hint,
      cause: error,
    });
  }
}
