import type { BackendName } from '../../types.ts';
import type { ModelSession } from '../model/model-session.ts';

/**
 * Lets the page work without a network from the second visit on. The files of the page are kept
 * at once, those of a backend when it is in use, and the weights by the predictor itself.
 */
export function keepForOffline(session: ModelSession): void {
  // Without the built worker (development), in an insecure context or a private window: no matter.
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const url = new URL(`${import.meta.env.BASE_URL}sw.js`, document.baseURI);
  navigator.serviceWorker.register(url).catch(() => undefined);
  session.state.watch(({ current }) => {
    if (current) void keepBackend(current.predictor.backend.name);
  });
}

async function keepBackend(name: BackendName): Promise<void> {
  const { active } = await navigator.serviceWorker.ready;
  active?.postMessage(name, { transfer: [] });
}
