import { SingleBar } from 'cli-progress';

import type { Io } from './io.ts';

/** A line that fills while work is done; nothing at all where stderr is no terminal. */
export interface ProgressBar {
  update(done: number, text: string): void;
  /** Clears the line, so that a result can take its place. */
  stop(): void;
}

/**
 * @param label stands before the bar
 * @param total what `done` counts up to
 */
export function startProgress(label: string, total: number, io: Io): ProgressBar {
  if (!io.progress) return { update: () => undefined, stop: () => undefined };
  const { cyan, dim } = io.noteColor;
  const bar = new SingleBar({
    stream: io.stderr,
    format: `${label}  {bar} {percentage}%  {text}`,
    formatBar: (progress, { barsize = 24 }) => {
      const done = Math.round(progress * barsize);
      return cyan('━'.repeat(done)) + dim('─'.repeat(barsize - done));
    },
    barsize: Math.max(8, Math.min(28, io.columns - 84)),
    fps: 10,
    clearOnComplete: true,
    hideCursor: false,
    // Ctrl-C is the command's to handle: see Io.takeInterrupts.
    gracefulExit: false,
    emptyOnZero: true,
  });
  let running = true;
  const stop = (): void => {
    if (!running) return;
    running = false;
    process.off('exit', stop);
    bar.stop();
  };
  // The bar switches the terminal's line wrapping off; it must come back however we leave.
  process.on('exit', stop);
  bar.start(total, 0, { text: '' });
  return { update: (done, text) => bar.update(Math.min(done, total), { text }), stop };
}
