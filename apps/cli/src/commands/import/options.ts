import type { Command } from 'commander';

import { imageSize } from '../../options/parse-option.ts';

export interface ImportOptions {
  readonly model?: string;
  readonly labels?: string;
  readonly imageSize?: readonly [height: number, width: number];
  readonly out: string;
  readonly force?: boolean;
}

export function declareImport(program: Command): Command {
  return program
    .command('import')
    .summary('make a model folder of weights from elsewhere')
    .description(
      'Makes a model folder, which predict, evaluate and export take, of WEIGHTS: a file ' +
        '(safetensors, .pth, .pt, a sharded index), the URL of one, a folder in the layout of timm, or hf:owner/name. ' +
        'Pickles are read without executing anything in them.',
    )
    .argument('<weights>', 'file, URL, folder or hf:owner/name')
    .option('--model <name>', 'the architecture, where the weights come without a config.json')
    .option('--labels <file>', 'names of the classes: a line each, or a JSON list')
    .option('--image-size <size>', 'pixels, as 224 or 192x256 (default: the weights’)', imageSize)
    .requiredOption('--out <folder>', 'the folder to make')
    .option('--force', 'replace the model in that folder')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet import resnet50.pth --model resnet50 --labels imagenet.txt --out models/resnet50
  $ resnet import hf:timm/resnet18.a1_in1k --out models/resnet18`,
    );
}
