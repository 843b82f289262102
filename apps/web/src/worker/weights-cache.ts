import type { ModelFiles } from '../protocol.ts';
import { blobBytes, fetchBytes, tooLarge, type ReadOptions } from './bytes.ts';

/** In Cache Storage; the number changes with what is kept. */
export const cacheName = 'resnet-weights-1';

export interface Weights {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Keeps them for the next time: to be called once they have proved to be a model. */
  readonly keep: () => Promise<void>;
}

/**
 * The bytes of `model.safetensors`: from Cache Storage where they are the server's still, or the
 * server cannot be asked; else from the server.
 *
 * @throws WebPredictorError MODEL_NOT_FOUND, MODEL_TOO_LARGE; AbortError
 */
export async function openWeights(
  source: ModelFiles['weights'],
  options: Omit<ReadOptions, 'what'> & { readonly cache: boolean },
): Promise<Weights> {
  const read: ReadOptions = { ...options, what: 'model.safetensors' };
  const { limit } = options;
  if (source instanceof Blob) return { bytes: await blobBytes(source, read), keep: nothing };
  if (source instanceof Uint8Array) {
    if (source.length > limit) throw tooLarge(read.what, source.length, limit);
    return { bytes: source, keep: nothing };
  }
  const cache = options.cache ? await openCache() : undefined;
  const kept = await cache?.match(source.url);
  if (kept !== undefined && (await isCurrent(source.url, kept.headers, options.signal))) {
    return { bytes: await blobBytes(await kept.blob(), read), keep: nothing };
  }
  const { bytes, headers } = await fetchBytes(source.url, read);
  const keep = async (): Promise<void> => {
    const names = ['etag', 'last-modified', 'content-type'];
    const known = names.flatMap((name) => {
      const value = headers.get(name);
      return value === null ? [] : [[name, value] as [string, string]];
    });
    known.push(['content-length', String(bytes.length)]);
    // The disk may be full, or the browser allow none: the next visit then fetches again.
    await cache?.put(source.url, new Response(bytes, { headers: known })).catch(() => undefined);
  };
  return { bytes, keep };
}

/** Undefined where pages are not served securely, or storage is blocked. */
async function openCache(): Promise<Cache | undefined> {
  try {
    return await caches.open(cacheName);
  } catch {
    return undefined;
  }
}

/** Whether the server still has what is kept, by the best mark of it that it gives. */
async function isCurrent(url: string, kept: Headers, signal: AbortSignal): Promise<boolean> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'HEAD', signal, cache: 'no-cache' });
  } catch {
    signal.throwIfAborted();
    return true; // offline: what is kept is all there is
  }
  if (!response.ok) return false;
  const isEncoded = response.headers.has('content-encoding');
  for (const name of ['etag', 'last-modified', 'content-length']) {
    const now = response.headers.get(name);
    const before = kept.get(name);
    if (now === null || before === null || (name === 'content-length' && isEncoded)) continue;
    return now === before;
  }
  return false;
}

async function nothing(): Promise<void> {}
