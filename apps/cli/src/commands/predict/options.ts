import { type Command, Option } from 'commander';

import type { BackendChoice, Precision } from '../../backends/types.ts';
import { integer } from '../../options/parse-option.ts';
import { backendOption, precisionOption } from '../../options/backend-options.ts';

export interface PredictOptions {
  readonly top?: number;
  readonly backend?: BackendChoice;
  readonly precision?: Precision;
  readonly batch?: number;
  readonly json?: boolean;
  readonly csv?: boolean;
}

export function declarePredict(program: Command): Command {
  return program
    .command('predict')
    .summary('say what is on images')
    .description(
      'Classifies images with the model of RUN, in the order given. Images that cannot be ' +
        'read are reported, the others still classified; the exit code is then 1.',
    )
    .argument('<run>', 'run folder, or any folder with config.json and model.safetensors')
    .argument('<files...>', 'images, folders of them, quoted globs, or - for one from stdin')
    .option('--top <k>', 'how many classes to print an image', integer(1))
    .addOption(backendOption())
    .addOption(precisionOption())
    .option('--batch <n>', 'images at a time', integer(1))
    .addOption(new Option('--json', 'print JSON, a line an image').conflicts('csv'))
    .addOption(new Option('--csv', 'print CSV'))
    .addHelpText(
      'after',
      `
Examples:
  $ resnet predict runs/images holiday.jpg
  $ resnet predict runs/images photos/ 'more/**/*.png' --top 3
  $ resnet predict runs/images photos/ --csv > predictions.csv
  $ curl -s https://example.org/cat.jpg | resnet predict runs/images -`,
    );
}
