import { isSoftwareAdapter, requestAdapter } from '../adapter.ts';
import { WebPredictorError } from '../errors.ts';
import type { BackendName } from '../types.ts';
import { Engine } from './engine.ts';
import { Shared, type Hold } from './shared.ts';

/** All predictors of a page share one worker for each backend; it ends with the last of them. */
const engines = new Shared<BackendName, Engine>((engine) => engine.close());

/**
 * @throws WebPredictorError BACKEND_UNAVAILABLE; the signal's reason
 */
export async function holdEngine(
  wanted: 'auto' | BackendName,
  signal?: AbortSignal,
): Promise<Hold<Engine>> {
  if (wanted !== 'auto') return await hold(wanted, true, signal);
  if (await hasHardwareAdapter()) {
    try {
      return await hold('webgpu', false, signal);
    } catch (error) {
      const isUnavailable =
        error instanceof WebPredictorError && error.code === 'BACKEND_UNAVAILABLE';
      if (!isUnavailable) throw error;
    }
  }
  return await hold('wasm', true, signal);
}

async function hold(
  name: BackendName,
  allowsSoftware: boolean,
  signal?: AbortSignal,
): Promise<Hold<Engine>> {
  const held = await engines.hold(
    name,
    (ended) => Engine.start(name, allowsSoftware, ended),
    signal,
  );
  const forget = (): void => engines.forget(name, held.value);
  // The next to ask is to get a new one.
  held.value.lost.addEventListener('abort', forget, { once: true });
  if (held.value.lost.aborted) forget();
  return held;
}

/** Asked on the page, so that where there is none the code for it is not even fetched. */
async function hasHardwareAdapter(): Promise<boolean> {
  const adapter = await requestAdapter();
  return adapter !== null && !isSoftwareAdapter(adapter.info);
}
