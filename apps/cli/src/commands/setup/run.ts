import { provision, type ProvisionProgress } from '@resnet/native';

import type { SetupOptions } from './options.ts';
import { InterruptedError } from '../../errors.ts';
import { bytes } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { type ProgressBar, startProgress } from '../../terminal/progress.ts';

export async function runSetup(options: SetupOptions, io: Io): Promise<void> {
  const { signal, release } = io.takeInterrupts();
  const progress = setupProgress(io);
  try {
    const result = await provision({
      cuda: options.cuda === true,
      force: options.force === true,
      // The backend is this command's, wherever it is called.
      from: import.meta.url,
      signal,
      onProgress: options.json === true ? () => undefined : progress.show,
    });
    progress.stop();
    if (options.json === true) {
      io.out(JSON.stringify(result));
      return;
    }
    const { tensorflow, variant, changed, installation } = result;
    const name = `TensorFlow ${tensorflow} (${variant === 'cuda' ? 'CUDA' : 'CPU'})`;
    io.out(changed ? `${name} is set up.` : `${name} was set up already.`);
    io.out(`Its libraries are in ${installation}`);
    io.out();
    io.out('`resnet doctor` shows how fast it is.');
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new InterruptedError(
      'Stopped. What was downloaded whole is kept; `resnet setup` goes on from there.',
    );
  } finally {
    progress.stop();
    release();
  }
}

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
function setupProgress(io: Io): {
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
