interface MessagePort {
  onmessage: (() => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

/** What some of the platforms have. */
interface Timers {
  readonly setImmediate?: (callback: () => void) => unknown;
  readonly MessageChannel?: new () => {
    readonly port1: MessagePort;
    readonly port2: MessagePort;
  };
  readonly setTimeout?: (callback: () => void, milliseconds: number) => unknown;
}

/**
 * Lets timers, signals and input be handled before going on. `await` alone does not: it only
 * drains promises. Neither `requestAnimationFrame` (halts in hidden tabs) nor, where there is
 * better, `setTimeout` (4 ms in browsers).
 */
export async function yieldToEventLoop(): Promise<void> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- no platform's types are ours
  const { setImmediate, MessageChannel, setTimeout } = globalThis as unknown as Timers;
  await new Promise<void>((resolve) => {
    if (setImmediate !== undefined) {
      setImmediate(resolve);
    } else if (MessageChannel !== undefined) {
      const { port1, port2 } = new MessageChannel();
      // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it also starts the port
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
