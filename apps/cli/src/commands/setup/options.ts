import type { Command } from 'commander';

export interface SetupOptions {
  readonly cuda?: boolean;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function declareSetup(program: Command): Command {
  return program
    .command('setup')
    .summary('install the fast TensorFlow backend (once per user)')
    .description(
      'Downloads TensorFlow with pip, builds the small addon that connects it to Node and keeps ' +
        'both in one cache per user. Needs Python 3 with pip, and g++. Without it everything ' +
        'works on WebAssembly, several times slower. Running it again does nothing.',
    )
    .option('--cuda', 'the build for NVIDIA GPUs (CUDA 12) instead of the one for CPUs')
    .option('--force', 'download and build again what is there')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet setup
  $ resnet setup --cuda
  $ resnet doctor          then shows what works`,
    );
}
