import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};

export interface StaticServer {
  /** `http://127.0.0.1:1234` */
  readonly origin: string;
  close(): Promise<void>;
}

/** Serves folders by the first part of the path, and pages of text by their name. */
export async function serveStatic(
  folders: Readonly<Record<string, string>>,
  pages: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): Promise<StaticServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://host');
    const [, first = '', ...rest] = normalize(pathname).split('/');
    const folder = folders[first];
    const page = pages[first];
    try {
      const body = page ?? (folder === undefined ? undefined : readFileSync(join(folder, ...rest)));
      if (body === undefined) throw new Error('nothing there');
      const type = types[page === undefined ? extname(pathname) : '.html'] ?? '';
      response.writeHead(200, { 'content-type': type || 'application/octet-stream', ...headers });
      response.end(request.method === 'HEAD' ? undefined : body);
    } catch {
      response.writeHead(404, headers).end();
    }
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
