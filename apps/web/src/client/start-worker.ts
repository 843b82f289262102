// oxlint-disable import/default -- Vite's `?worker&url` gives a module's URL as its default
import wasm from '../worker/wasm-worker.ts?worker&url';
import webgpu from '../worker/webgpu-worker.ts?worker&url';

import type { BackendName } from '../types.ts';

/**
 * A worker for each backend, whose code is fetched only when it is wanted. In the package these are
 * files beside the script, each in one piece, which other bundlers copy as they copy pictures.
 */
export function startWorker(name: BackendName): Worker {
  const url = name === 'webgpu' ? webgpu : wasm;
  if (new URL(url, location.href).origin === location.origin) {
    return new Worker(url, { type: 'module' });
  }
  // A script of another origin, a CDN's say, may be imported by a worker but not be one.
  const code = `import ${JSON.stringify(url)};`;
  const own = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const worker = new Worker(own, { type: 'module' });
  // The browser has read it by the time that it first says something.
  const revoke = (): void => URL.revokeObjectURL(own);
  worker.addEventListener('message', revoke, { once: true });
  worker.addEventListener('error', revoke, { once: true });
  return worker;
}
