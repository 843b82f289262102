/*
 * The service worker: the page works without a network from the second visit on. Its cache carries
 * the hash of the build, so that the files of two builds never mix: a new build waits until the
 * last tab of the old one is closed.
 */

/** The files of this build, relative to the worker's scope; the build writes it (build/page.ts). */
export interface Manifest {
  readonly version: string;
  /** What every visit needs. */
  readonly shell: readonly string[];
  /** What a backend needs, kept once it was in use. */
  readonly backends: Readonly<Record<string, readonly string[]>>;
  /** Fetched again where there is a network: they do not carry a hash in their names. */
  readonly models: readonly string[];
}

/** Of TypeScript's `webworker` library, which cannot stand beside `dom`, what is used here. */
interface Extendable extends Event {
  waitUntil(promise: Promise<unknown>): void;
}
interface FetchEvent extends Extendable {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
interface MessageEventOfPage extends Extendable {
  readonly data: unknown;
}
interface Scope {
  readonly resnetManifest: Manifest;
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: Extendable) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
  addEventListener(type: 'message', listener: (event: MessageEventOfPage) => void): void;
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a service worker is typed as a window here
const scope = globalThis as unknown as Scope;
const { version, shell, backends, models } = scope.resnetManifest;
const prefix = 'resnet-page-';
const cacheName = prefix + version;
/** Milliseconds that a page waits for a network that does not answer. */
const patience = 4000;

const home = new URL('./', scope.registration.scope).href;
const address = (file: string): string => new URL(file, home).href;
const kept = new Set([...shell, ...Object.values(backends).flat()].map(address));
const fresh = new Set(models.map(address));

scope.addEventListener('install', (event) => {
  event.waitUntil(
    caches.open(cacheName).then((cache) =>
      cache.addAll(
        // Names with a hash may come from the browser's own cache; the others are asked about.
        [...shell, ...models].map(
          (file) =>
            new Request(address(file), {
              cache: file.startsWith('assets/') ? 'default' : 'no-cache',
            }),
        ),
      ),
    ),
  );
});

scope.addEventListener('activate', (event) => {
  event.waitUntil(Promise.all([deleteOlder(), scope.clients.claim()]));
});

scope.addEventListener('message', (event) => {
  const files = backends[String(event.data)];
  if (files) event.waitUntil(keep(files));
});

scope.addEventListener('fetch', (event) => {
  const { request } = event;
  if (request.method !== 'GET') return;
  const url = request.url.replace(/[?#].*$/, '');
  if (request.mode === 'navigate') {
    if (url === home || url === address('index.html')) event.respondWith(freshest(request, home));
  } else if (fresh.has(url)) event.respondWith(freshest(request, url));
  else if (kept.has(url)) event.respondWith(cached(request, url));
});

async function deleteOlder(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith(prefix) && name !== cacheName);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Keeps the files that this browser has fetched already: of wasm's builds, the one that it uses. */
async function keep(files: readonly string[]): Promise<void> {
  const cache = await caches.open(cacheName);
  const missing: string[] = [];
  for (const file of files) {
    if (!(await cache.match(address(file)))) missing.push(address(file));
  }
  if (missing.length === 0) return;
  const found = await Promise.all(
    missing.map((url) =>
      fetch(url, { cache: 'only-if-cached', mode: 'same-origin' }).catch(() => undefined),
    ),
  );
  const usable = found.filter((response) => response?.ok);
  // A host that forbids caching: then all of them. Not where some came through here, as of a page that
  // this worker has served from its start: those are all that it uses.
  if (usable.length === 0 && missing.length === files.length) await cache.addAll(missing);
  for (const response of usable) {
    if (response) await cache.put(response.url, response);
  }
}

async function cached(request: Request, url: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const found = await cache.match(url);
  if (found) return found;
  const response = await fetch(request);
  if (response.ok) await putIfRoom(cache, url, response.clone());
  return response;
}

/** The disk may be full: what was fetched is good all the same. */
async function putIfRoom(cache: Cache, url: string, response: Response): Promise<void> {
  await cache.put(url, response).catch(() => undefined);
}

/** From the network; where it fails, or says nothing for long, as it was last time. */
async function freshest(request: Request, url: string): Promise<Response> {
  const cache = await caches.open(cacheName);
  const found = await cache.match(url === home ? address('index.html') : url);
  const response = fetch(request).then(async (answer) => {
    if (answer.ok && fresh.has(url)) await putIfRoom(cache, url, answer.clone());
    return answer;
  });
  if (!found) return response;
  const late = new Promise<Response>((resolve) => {
    setTimeout(() => resolve(found), patience);
  });
  return Promise.race([response.catch(() => found), late]);
}
