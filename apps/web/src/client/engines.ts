import { isSoftwareAdapter, requestAdapter } from '../adapter.ts';
import { WebPredictorError } from '../errors.ts';
import type { WantedModel } from '../protocol.ts';
import type { BackendName } from '../types.ts';
import { Engine } from './engine.ts';
import { Shared, type Hold } from './shared.ts';

/** All predictors of a page share one worker for each backend; it ends with the last of them. */
const engines = new Shared<BackendName, Engine>((engine) => engine.close());

/**
 * @param ahead a model to fetch meanwhile where the engine has to be started
 * @throws WebPredictorError BACKEND_UNAVAILABLE; the signal's reason
 */
export async function holdEngine(
  wanted: 'auto' | BackendName,
  ahead: WantedModel | undefined,
  signal?: AbortSignal,
): Promise<Hold<Engine>> {
  if (wanted !== 'auto') return await hold(wanted, true, ahead, signal);
  if (await hasHardwareAdapter()) {
    try {
      return await hold('webgpu', false, ahead, signal);
    } catch (error) {
      const isUnavailable =
        error instanceof WebPredictorError && error.code === 'BACKEND_UNAVAILABLE';
      if (!isUnavailable) throw error;
    }
  }
  return await hold('wasm', true, ahead, signal);
}

async function hold(
  name: BackendName,
  allowsSoftware: boolean,
  ahead: WantedModel | undefined,
  signal?: AbortSignal,
): Promise<Hold<Engine>> {
  const start = async (ended: AbortSignal): Promise<Engine> => {
    const engine = await Engine.start(name, allowsSoftware, ahead, ended);
    const forget = (): void => engines.forget(name, engine);
    // The next to ask is to get a new one.
    if (engine.lost.aborted) forget();
    else engine.lost.addEventListener('abort', forget, { once: true });
    return engine;
  };
  return await engines.hold(name, start, signal);
}

/** Asked on the page, so that where there is none the code for it is not even fetched. */
async function hasHardwareAdapter(): Promise<boolean> {
  const adapter = await requestAdapter();
  return adapter !== null && !isSoftwareAdapter(adapter.info);
}
