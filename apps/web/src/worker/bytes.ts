import { WebPredictorError } from '../errors.ts';

export interface ReadOptions {
  /** What is read, for messages: `config.json`. */
  readonly what: string;
  /** In bytes; more is refused, before it is taken up where the size is told. */
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (loaded: number, total: number | undefined) => void;
}

export interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Headers;
}

/**
 * A URL's content, as it streams in.
 *
 * @throws WebPredictorError MODEL_NOT_FOUND, MODEL_TOO_LARGE; AbortError
 */
export async function fetchBytes(url: string, options: ReadOptions): Promise<Fetched> {
  const { what, limit, signal, onProgress } = options;
  let response: Response;
  try {
    // Asks the server whether what the browser has is still right.
    response = await fetch(url, { signal, cache: 'no-cache' });
  } catch (cause) {
    signal.throwIfAborted();
    throw new WebPredictorError(
      'MODEL_NOT_FOUND',
      `${what}: ${shown(url)} cannot be reached; is the device offline, the address right, and does another origin allow it (Access-Control-Allow-Origin)?`,
      { cause },
    );
  }
  const { status, headers, body } = response;
  if (!response.ok || body === null) {
    throw new WebPredictorError(
      'MODEL_NOT_FOUND',
      `${what}: the server answered ${status} for ${shown(url)}`,
    );
  }
  // What a host of single-page apps answers for files that it does not have.
  if (headers.get('content-type')?.startsWith('text/html')) {
    await body.cancel();
    throw new WebPredictorError(
      'MODEL_NOT_FOUND',
      `${what}: expected a file at ${shown(url)}, received a web page; is the address right?`,
    );
  }
  // With a content encoding, the length is that of the compressed bytes.
  const told = headers.has('content-encoding') ? null : headers.get('content-length');
  const total = told === null || !/^\d+$/.test(told) ? undefined : Number(told);
  if (total !== undefined && total > limit) {
    await body.cancel();
    throw tooLarge(what, total, limit);
  }
  const bytes = await readStream(body, options, total);
  onProgress?.(bytes.length, bytes.length);
  return { bytes, headers };
}

async function readStream(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  { what, limit, signal, onProgress }: ReadOptions,
  total: number | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = body.getReader();
  let bytes = new Uint8Array(total ?? 2 ** 16);
  let loaded = 0;
  onProgress?.(loaded, total);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const end = loaded + value.length;
      if (end > limit) throw tooLarge(what, end, limit);
      if (end > bytes.length) bytes = grown(bytes, Math.max(end, 2 * bytes.length));
      bytes.set(value, loaded);
      loaded = end;
      onProgress?.(loaded, total);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof WebPredictorError) throw error;
    throw new WebPredictorError(
      'MODEL_NOT_FOUND',
      `${what}: the connection broke after ${loaded} bytes; try again`,
      { cause: error },
    );
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  return loaded === bytes.length ? bytes : bytes.slice(0, loaded);
}

function grown(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  const more = new Uint8Array(length);
  more.set(bytes);
  return more;
}

/** @throws WebPredictorError MODEL_TOO_LARGE; MODEL_NOT_FOUND where a file was moved or changed meanwhile */
export async function blobBytes(
  blob: Blob,
  { what, limit, onProgress }: ReadOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  if (blob.size > limit) throw tooLarge(what, blob.size, limit);
  onProgress?.(0, blob.size);
  try {
    const bytes = new Uint8Array(await blob.arrayBuffer());
    onProgress?.(bytes.length, bytes.length);
    return bytes;
  } catch (cause) {
    throw new WebPredictorError(
      'MODEL_NOT_FOUND',
      `${what}: the file can no longer be read; was it moved or changed?`,
      { cause },
    );
  }
}

export function tooLarge(what: string, bytes: number, limit: number): WebPredictorError {
  return new WebPredictorError(
    'MODEL_TOO_LARGE',
    `${what}: expected at most ${limit} bytes (by the limits, and by what the net of config.json needs), received ${bytes}`,
  );
}

function shown(url: string): string {
  return url.length > 200 ? `${url.slice(0, 200)}...` : url;
}
