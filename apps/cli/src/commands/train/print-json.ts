import type { Io } from '../../terminal/io.ts';
import type { Reporter } from './reporter.ts';

/** One JSON object a line and event on stdout; `event` says which. */
export function jsonReporter(io: Io): Reporter {
  const print = (event: string, fields: object): void => {
    io.out(JSON.stringify({ event, ...fields }));
  };
  return {
    start: (start) => print('start', start),
    step: (step) => print('step', step),
    epoch: ({ row, epochs, isBest }) => print('epoch', { ...row, epochs, isBest }),
    checkpoint: ({ epochsDone, batchesDone }) => print('checkpoint', { epochsDone, batchesDone }),
    warn: (text) => print('warning', { text }),
    stopping: () => print('stopping', {}),
    end: (end) => print(end.stopped ? 'stopped' : 'done', end),
    close: () => undefined,
  };
}
