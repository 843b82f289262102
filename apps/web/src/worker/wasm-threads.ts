/** The pool that tfjs's threaded build starts, whatever it is told to use of it. */
const pool = 8;

/** All of a few processors; of more, two are left to the page and to what else runs. */
export function threadsFor(processors: number): number {
  return Math.max(1, Math.min(pool, processors <= 4 ? processors : processors - 2));
}

/**
 * Runs `start` so that the threaded build uses `threads`. It asks for the number of processors and
 * uses half of them, taking it that each is two threads of one core: it is told double.
 */
export async function withThreads<T>(threads: number, start: () => Promise<T>): Promise<T> {
  Object.defineProperty(navigator, 'hardwareConcurrency', {
    value: 2 * threads,
    configurable: true,
  });
  try {
    return await start();
  } finally {
    // The browser's own is the prototype's.
    Reflect.deleteProperty(navigator, 'hardwareConcurrency');
  }
}

/**
 * Whether a worker can be made of a blob, and load another blob, as the threaded build does. Where
 * a Content-Security-Policy forbids it, that build would wait for its threads without end.
 */
export async function canNestBlobWorkers(milliseconds = 3000): Promise<boolean> {
  const urls: string[] = [];
  const script = (text: string): string => {
    const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
    urls.push(url);
    return url;
  };
  let worker: Worker | undefined;
  try {
    return await new Promise<boolean>((resolve) => {
      const inner = JSON.stringify(script('self.isLoaded = true;'));
      const made = new Worker(script(`importScripts(${inner}); postMessage(self.isLoaded);`));
      worker = made;
      made.addEventListener('message', ({ data }) => resolve(data === true));
      made.addEventListener('error', (event) => {
        event.preventDefault();
        resolve(false);
      });
      setTimeout(() => resolve(false), milliseconds);
    });
  } catch {
    return false;
  } finally {
    worker?.terminate();
    for (const url of urls) URL.revokeObjectURL(url);
  }
}
