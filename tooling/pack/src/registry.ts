import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

import type { Manifest } from './workspace.ts';

/** What was uploaded of a package. */
export interface Publication {
  readonly manifest: Manifest;
  /** The archive. */
  readonly tarball: Buffer;
}

/** A package registry on this machine that holds nothing and takes whatever is published. */
export interface Registry {
  readonly url: string;
  /** What it was given, by name of the package. */
  readonly published: ReadonlyMap<string, Publication>;
  close(): void;
}

/** The body of a request to publish, as npm, pnpm and yarn send it. */
interface Upload {
  readonly name: string;
  readonly versions: Readonly<Record<string, Manifest>>;
  readonly _attachments: Readonly<Record<string, { readonly data: string }>>;
}

export async function startRegistry(): Promise<Registry> {
  const published = new Map<string, Publication>();
  const server = createServer((request, response) => {
    void (async () => {
      response.setHeader('content-type', 'application/json');
      if (request.method !== 'PUT') {
        response.writeHead(404).end('{"error":"not found"}');
        return;
      }
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the protocol's
      const { name, versions, _attachments } = (await json(request)) as Upload;
      const [manifest] = Object.values(versions);
      const [attachment] = Object.values(_attachments);
      published.set(name, {
        manifest: manifest!,
        tarball: Buffer.from(attachment!.data, 'base64'),
      });
      response.writeHead(201).end('{"ok":true}');
    })();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The registry has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    published,
    close: () => void server.close(),
  };
}
