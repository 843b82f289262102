import type { Command } from 'commander';

import { addFlags } from '../../options/flag.ts';
import { trainFlags } from './flags.ts';

export type { TrainOptions } from './flags.ts';

export function declareTrain(program: Command): Command {
  const command = program
    .command('train')
    .summary('train a model on a folder of images')
    .description(
      'Trains a model on DATA and writes it, with its history and charts, to a run folder. DATA ' +
        'is a folder with one sub-folder of images a class, a folder with train/ and val/ such ' +
        'folders, or a manifest (split.json) that `resnet split` wrote. Ctrl-C stops after the ' +
        'current step with everything saved.',
    )
    .argument('[data]', 'folder of images, or manifest');
  addFlags(command, trainFlags);
  return command.addHelpText(
    'after',
    `
Examples:
  $ resnet train images/
  $ resnet train images/ --model resnet50 --epochs 90 --augment strong
  $ resnet train split.json --image-size 128 --name small
  $ resnet train images/ --minutes 30
  $ resnet train images/ --weights resnet50.pth --model resnet50 --freeze stem,layer1
  $ resnet train images/ --weights hf:timm/resnet18.a1_in1k --backbone-lr 0.1
  $ resnet train --resume runs/images
  $ resnet train images/ --json > events.jsonl`,
  );
}
