import { type Command, Option } from 'commander';

import type { BackendChoice, Precision } from '../../backends/types.ts';
import {
  imageSize,
  integer,
  names,
  numberIn,
  pattern,
  shareOrCount,
} from '../../options/parse-option.ts';
import { augmentationNames, recipe } from './recipe.ts';
import { backendOption, precisionOption } from '../../options/backend-options.ts';

/** What the user typed; undefined where a default is to be found. */
export interface TrainOptions {
  readonly model?: string;
  readonly weights?: string;
  readonly freeze?: readonly string[];
  readonly backboneLr?: number;
  readonly epochs?: number;
  readonly minutes?: number;
  readonly batch?: number;
  readonly imageSize?: readonly [height: number, width: number];
  readonly backend?: BackendChoice;
  readonly seed?: number;
  readonly lr?: number;
  readonly optimizer?: 'sgd' | 'adamw';
  readonly weightDecay?: number;
  readonly labelSmoothing?: number;
  readonly mixup?: number;
  readonly cutmix?: number;
  readonly augment?: (typeof augmentationNames)[number];
  readonly ema?: number | false;
  readonly val?: number;
  readonly groupBy?: RegExp;
  readonly workers?: number;
  readonly gradientCheckpointing?: boolean;
  readonly precision?: Precision;
  readonly deterministic?: boolean;
  readonly name?: string;
  readonly out?: string;
  readonly resume?: string | true;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function declareTrain(program: Command): Command {
  return program
    .command('train')
    .summary('train a model on a folder of pictures')
    .description(
      'Trains a model on DATA and writes it, with its history and charts, to a run folder. DATA ' +
        'is a folder with one sub-folder of pictures a class, a folder with train/ and val/ such ' +
        'folders, or a manifest (split.json) that `resnet split` wrote. Ctrl-C stops after the ' +
        'current step with everything saved.',
    )
    .argument('[data]', 'folder of pictures, or manifest')
    .optionsGroup('Model and length:')
    .option('--model <name>', `one of those that \`resnet info\` lists (default: ${recipe.model})`)
    .option('--epochs <n>', `passes over the pictures (default: ${recipe.epochs})`, integer(1))
    .option(
      '--minutes <n>',
      'as many epochs as take about so long on this machine; no more than --epochs where that is given',
      numberIn(0, 1e6, { open: true }),
    )
    .option('--batch <n>', `pictures a step (default: ${recipe.batch})`, integer(1))
    .option(
      '--image-size <size>',
      'pixels, as 224 or 192x256 (default: by the pictures, up to 224)',
      imageSize,
    )
    .option('--seed <n>', `of everything random (default: ${recipe.seed})`, integer(0, 0xffffffff))
    .optionsGroup('Fine-tuning:')
    .option(
      '--weights <source>',
      'start from these: a file (safetensors, .pth, .pt), its URL, a model folder, or hf:owner/name; ' +
        'the classifier is replaced where the classes are others',
    )
    .option(
      '--freeze <stages>',
      'stages that stay as they are, batch norms included: stem,layer1,... or backbone',
      names,
    )
    .option(
      '--backbone-lr <factor>',
      'learning rate of all but the classifier, as a share of --lr (default: 1)',
      numberIn(0, 1, { open: true }),
    )
    .optionsGroup('Optimisation:')
    .addOption(
      new Option('--optimizer <name>', `(default: ${recipe.optimizer})`).choices(['sgd', 'adamw']),
    )
    .option(
      '--lr <rate>',
      `highest learning rate (default: ${recipe.sgd.learningRate} for sgd, ` +
        `${recipe.adamw.learningRate} for adamw, times batch/${recipe.learningRateBatch}; a tenth of that with --weights)`,
      numberIn(0, Infinity, { open: true }),
    )
    .option(
      '--weight-decay <x>',
      `(default: ${recipe.sgd.weightDecay} for sgd, ${recipe.adamw.weightDecay} for adamw)`,
      numberIn(0, Infinity),
    )
    .option(
      '--ema <decay>',
      'average the weights, as with 0.998 (default: off)',
      numberIn(0, 0.999_999),
    )
    .option('--no-ema', 'do not average the weights (the default)')
    .optionsGroup('Against overfitting:')
    .addOption(
      new Option('--augment <level>', `(default: ${recipe.augment})`).choices(augmentationNames),
    )
    .option('--label-smoothing <x>', `(default: ${recipe.labelSmoothing})`, numberIn(0, 0.99))
    .option('--mixup <alpha>', 'blend pictures in pairs (default: off)', numberIn(0, 100))
    .option('--cutmix <alpha>', 'paste pieces into one another (default: off)', numberIn(0, 100))
    .optionsGroup('Data:')
    .option(
      '--val <share>',
      `kept for validation where DATA has no such part: a share of each class, or a count in all (default: ${recipe.val})`,
      shareOrCount,
    )
    .option(
      '--group-by <regex>',
      'pictures whose paths match alike (first group) stay on one side of the split',
      pattern,
    )
    .option('--workers <n>', 'threads that load pictures (default: by the machine)', integer(1, 64))
    .optionsGroup('Running:')
    .addOption(backendOption())
    .option(
      '--gradient-checkpointing',
      'keep less in memory and compute it again: for deep models and large batches; same result, a quarter slower',
    )
    .addOption(precisionOption())
    .option(
      '--deterministic',
      'the same bits each time, on machines with other numbers of cores too: fixes the threads to those of this machine',
    )
    .option('--name <name>', 'write to runs/<name> (default: named after DATA)')
    .option('--out <folder>', 'write to this folder instead')
    .option('--resume [run]', 'go on with a run that was stopped, with the settings it had')
    .option('--force', 'replace the run of that name')
    .option('--json', 'print one JSON object an event and line')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet train pictures/
  $ resnet train pictures/ --model resnet50 --epochs 90 --augment strong
  $ resnet train split.json --image-size 128 --name small
  $ resnet train pictures/ --minutes 30
  $ resnet train pictures/ --weights resnet50.pth --model resnet50 --freeze stem,layer1
  $ resnet train pictures/ --weights hf:timm/resnet18.a1_in1k --backbone-lr 0.1
  $ resnet train --resume runs/pictures
  $ resnet train pictures/ --json > events.jsonl`,
    );
}
