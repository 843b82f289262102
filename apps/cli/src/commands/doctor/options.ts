import type { Command } from 'commander';

export interface DoctorOptions {
  readonly json?: boolean;
}

export function declareDoctor(program: Command): Command {
  return program
    .command('doctor')
    .summary('check which backends work here, and how fast')
    .description(
      'Tries every backend with a small convolution and its gradient, compares the results with ' +
        'plain JavaScript, measures the speed, and says which one would be used and how to get ' +
        'those that are missing. Exit code 1 if none works.',
    )
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet doctor
  $ resnet doctor --json`,
    );
}
