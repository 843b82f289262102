import type { Command } from 'commander';

import { imageSize, integer } from '../../options/parse-option.ts';

export interface InfoOptions {
  readonly imageSize?: readonly [height: number, width: number];
  readonly classes?: number;
  readonly json?: boolean;
}

export function declareInfo(program: Command): Command {
  return program
    .command('info')
    .summary('list the models, or show the layers of one')
    .description(
      'Lists the models that can be trained; with MODEL, the name of one or a run folder, shows ' +
        'its layers with their output shapes, parameters and multiply-accumulates (MACs).',
    )
    .argument('[model]', "a model's name, or a run folder")
    .option(
      '--image-size <size>',
      'pixels, as 224 or 192x256 (default: the model’s own)',
      imageSize,
    )
    .option('--classes <n>', 'classes that the model distinguishes', integer(1, 1_000_000))
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet info                          all models
  $ resnet info resnet50                 the layers of ResNet-50 at 224 pixels
  $ resnet info resnet20 --classes 10
  $ resnet info runs/images            a model that was trained here`,
    );
}
