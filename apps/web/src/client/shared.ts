/** One thing that several hold: made for the first, ended with the last. */
export interface Hold<T> {
  readonly value: T;
  /** Doing it again does nothing. */
  release(): void;
}

interface Entry<T> {
  readonly making: Promise<T>;
  readonly cancel: AbortController;
  holders: number;
}

/** Things by a key, each shared by all that ask for it while anyone holds it. */
export class Shared<K, T> {
  readonly #entries = new Map<K, Entry<T>>();
  readonly #end: (value: T) => void;

  constructor(end: (value: T) => void) {
    this.#end = end;
  }

  /**
   * `make` is called where nobody holds it; its signal is aborted when all who wait have given up.
   *
   * @throws what `make` throws; the signal's reason
   */
  async hold(
    key: K,
    make: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<Hold<T>> {
    signal?.throwIfAborted();
    const entry = this.#entries.get(key) ?? this.#make(key, make);
    entry.holders++;
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      if (--entry.holders === 0) this.#drop(key, entry);
    };
    try {
      return { value: await unlessAborted(entry.making, signal), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** The next to ask gets another; who holds this one keeps it. */
  forget(key: K, value: T): void {
    const entry = this.#entries.get(key);
    const drop = (made: T): void => {
      if (made === value && this.#entries.get(key) === entry) this.#entries.delete(key);
    };
    entry?.making.then(drop, () => undefined);
  }

  #make(key: K, make: (signal: AbortSignal) => Promise<T>): Entry<T> {
    const cancel = new AbortController();
    const entry: Entry<T> = { making: make(cancel.signal), cancel, holders: 0 };
    this.#entries.set(key, entry);
    return entry;
  }

  #drop(key: K, entry: Entry<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
    entry.cancel.abort();
    void entry.making.then(this.#end, () => undefined);
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise<T>((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
