interface Timers {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => {
    readonly port1: { onmessage: (() => void) | null; close(): void };
    readonly port2: { postMessage(message: unknown): void };
  };
  readonly setTimeout?: (callback: () => void, milliseconds: number) => unknown;
}

/**
 * Lets timers, signals and input be handled before going on. `await` alone does not: it only
 * drains promises. Neither `requestAnimationFrame` (halts in hidden tabs) nor, where there is
 * better, `setTimeout` (4 ms in browsers).
 */
export async function yieldToEventLoop(): Promise<void> {
  const { setImmediate, MessageChannel, setTimeout } = globalThis as unknown as Timers;
  await new Promise<void>((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
    } else if (MessageChannel !== undefined) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (): void => {
        port1.close();
        resolve();
      };
      port2.postMessage(0);
    } else if (setTimeout === undefined) {
      resolve();
    } else {
      setTimeout(resolve, 0);
    }
  });
}
