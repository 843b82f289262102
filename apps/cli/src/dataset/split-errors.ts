import { SplitError } from '@resnet/split';

import { UsageError } from '../errors.ts';

/**
 * Runs `work` of @resnet/split; what it refuses is what the user asked for wrongly.
 *
 * @param where is put before the message, as the folder or file in question
 */
export function usageOfSplit<T>(work: () => T, where: string): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SplitError)) throw error;
    throw new UsageError(`${where}: ${error.message}`, { hint: error.hint, cause: error });
  }
}
