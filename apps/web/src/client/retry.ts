import type { BackendName } from '../types.ts';
import { BackendLostError } from './engine.ts';

/**
 * Tries once more where the backend is lost meanwhile, and then on wasm.
 *
 * @throws BackendLostError where that was lost too; else what `attempt` throws
 */
export async function retryLost<T>(
  first: 'auto' | BackendName,
  attempt: (backend: 'auto' | BackendName) => Promise<T>,
): Promise<T> {
  for (const backend of [first, first]) {
    try {
      return await attempt(backend);
    } catch (error) {
      if (!(error instanceof BackendLostError)) throw error;
    }
  }
  return await attempt('wasm');
}
