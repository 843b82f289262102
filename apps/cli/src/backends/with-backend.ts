import { type SelectedBackend, selectBackend } from './select.ts';
import type { BackendChoice } from './types.ts';

/** Does work on a backend, and lets go of it whatever happens: WebGPU would keep the process. */
export async function withBackend<T>(
  choice: BackendChoice,
  work: (backend: SelectedBackend) => Promise<T>,
): Promise<T> {
  const backend = await selectBackend(choice);
  try {
    return await work(backend);
  } finally {
    await backend.dispose();
  }
}
