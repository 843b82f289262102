import { type Command, Option } from 'commander';

import type { Precision } from '../arithmetic.ts';
import type { BackendChoice } from '../backends/types.ts';
import type { Io } from '../io.ts';
import { integer } from '../parse-option.ts';
import { backendOption, precisionOption } from './shared.ts';

export interface PredictOptions {
  readonly top?: number;
  readonly backend?: BackendChoice;
  readonly precision?: Precision;
  readonly batch?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function registerPredict(program: Command, io: Io): void {
  program
    .command('predict')
    .summary('say what is on pictures')
    .description(
      'Classifies pictures with the model of RUN, in the order given. Pictures that cannot be ' +
        'read are reported, the others still classified; the exit code is then 1.',
    )
    .argument('<run>', 'run folder, or any folder with config.json and model.safetensors')
    .argument('<files...>', 'pictures, folders of them, quoted globs, or - for one from stdin')
    .option('--top <k>', 'how many classes to print a picture', integer(1))
    .addOption(backendOption())
    .addOption(precisionOption())
    .option('--batch <n>', 'pictures at a time', integer(1))
    .addOption(new Option('--json', 'print JSON, a line a picture').conflicts('csv'))
    .addOption(new Option('--csv', 'print CSV'))
    .addHelpText(
      'after',
      `
Examples:
  $ resnet predict runs/pictures holiday.jpg
  $ resnet predict runs/pictures photos/ 'more/**/*.png' --top 3
  $ resnet predict runs/pictures photos/ --csv > predictions.csv
  $ curl -s https://example.org/cat.jpg | resnet predict runs/pictures -`,
    )
    .action(async (run: string, files: readonly string[], options: PredictOptions) => {
      const { runPredict } = await import('../predict/run-predict.ts');
      await runPredict(run, files, options, io);
    });
}
