import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

export interface ServeOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Path under which the folder lies: `/` unless given. */
  readonly base?: string;
  /** Bytes by path, before what the folder holds. */
  readonly files?: ReadonlyMap<string, Uint8Array | string>;
  /** Bytes a second at which `.safetensors` come: to see progress. */
  readonly weightRate?: number;
}

export interface Server {
  /** Of the page, with a slash at its end. */
  readonly url: string;
  /** `GET /path`, in order. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** A static host of the built page, as plain as any. */
export async function serve(folder: string, options: ServeOptions = {}): Promise<Server> {
  const { headers = {}, base = '/', files = new Map<string, string>(), weightRate } = options;
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    requests.push(`${request.method ?? 'GET'} ${path}`);
    const answer = async (): Promise<void> => {
      const name = normalize(path).slice(base.length) || 'index.html';
      const body = files.get(path) ?? (await readFile(join(folder, name)).catch(() => undefined));
      if (body === undefined || !path.startsWith(base)) {
        response.writeHead(404, headers).end();
        return;
      }
      const bytes = Buffer.from(body);
      response.writeHead(200, {
        'content-type': types[extname(name)] ?? 'application/octet-stream',
        'content-length': bytes.length,
        ...headers,
      });
      if (request.method === 'HEAD') response.end();
      else if (weightRate && name.endsWith('.safetensors'))
        await trickle(response, bytes, weightRate);
      else response.end(bytes);
    };
    void answer().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server's
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${base}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function trickle(response: ServerResponse, bytes: Buffer, rate: number): Promise<void> {
  const step = Math.ceil(rate / 20);
  for (let i = 0; i < bytes.length; i += step) {
    if (response.destroyed) return;
    response.write(bytes.subarray(i, i + step));
    await new Promise((resolve) => {
      setTimeout(resolve, 50);
    });
  }
  response.end();
}
