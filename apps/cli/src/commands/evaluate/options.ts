import { type Command, Option } from 'commander';

import type { BackendChoice, Precision } from '../../backends/types.ts';
import { integer } from '../../options/parse-option.ts';
import { backendOption, precisionOption } from '../../options/backend-options.ts';

export interface EvaluateOptions {
  readonly subset?: 'train' | 'val' | 'test' | 'all';
  readonly backend?: BackendChoice;
  readonly precision?: Precision;
  readonly batch?: number;
  readonly workers?: number;
  readonly confusionMatrix?: string;
  readonly json?: boolean;
}

export function declareEvaluate(program: Command): Command {
  return program
    .command('evaluate')
    .summary('measure a trained model on labelled images')
    .description(
      'Measures the model of RUN on DATA: the top-1 accuracy and, for each class, precision, ' +
        'recall and F1. DATA is what `train` takes; of a plain folder of class folders, all ' +
        'images are used, their classes matched by name. Without DATA, the validation images ' +
        'that the run was trained beside.',
    )
    .argument('<run>', 'run folder, or any folder with config.json and model.safetensors')
    .argument('[data]', 'folder of images, or manifest')
    .addOption(
      new Option('--subset <name>', 'which subset of DATA (default: test, else val)').choices([
        'train',
        'val',
        'test',
        'all',
      ]),
    )
    .option('--confusion-matrix <file>', 'write the confusion matrix as an SVG file')
    .addOption(backendOption())
    .addOption(precisionOption())
    .option('--batch <n>', 'images at a time', integer(1))
    .option('--workers <n>', 'threads that load images (default: by the machine)', integer(1, 64))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet evaluate runs/images
  $ resnet evaluate runs/images my-photos/
  $ resnet evaluate runs/images split.json --subset test --confusion-matrix test.svg`,
    );
}
