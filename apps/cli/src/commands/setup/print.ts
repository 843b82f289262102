import type { ProvisionProgress } from '@resnet/native';

import { bytes } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { type ProgressBar, startProgress } from '../../terminal/progress.ts';

const phases: Readonly<Record<ProvisionProgress['phase'], string>> = {
  wait: 'waiting for another set-up to end',
  download: 'downloading',
  check: 'checking',
  unpack: 'unpacking',
  build: 'building the addon of',
  link: 'linking',
  done: 'done:',
};

/** A bar for what can be counted, on a terminal; elsewhere a line for each thing that is begun. */
export function setupProgress(io: Io): {
  readonly show: (progress: ProvisionProgress) => void;
  readonly stop: () => void;
} {
  let bar: ProgressBar | undefined;
  let current = '';
  const stop = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    show({ phase, item, bytes: done, totalBytes }) {
      if (phase === 'done') return;
      const head = phase === 'wait' ? phases[phase] : `${phases[phase]} ${item}`;
      if (head !== current) {
        stop();
        current = head;
        if (io.progress && totalBytes !== undefined) bar = startProgress(head, totalBytes, io);
        else io.note(head);
      }
      if (done !== undefined && totalBytes !== undefined) {
        bar?.update(done, `${bytes(done)} of ${bytes(totalBytes)}`);
      }
    },
    stop,
  };
}
