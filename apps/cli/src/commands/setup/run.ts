import { provision } from '@resnet/native';

import type { SetupOptions } from './options.ts';
import { InterruptedError } from '../../errors.ts';
import type { Io } from '../../terminal/io.ts';
import { setupProgress } from './print.ts';

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
