import type { Augmentation } from '@resnet/image';

import { backendNames, precisions } from '../../backends/types.ts';
import { backendHelp, precisionHelp } from '../../options/backend-options.ts';
import {
  type Kept,
  kept,
  keptIfGiven,
  keptOnceKnown,
  notKept,
  type Typed,
  underHeading,
} from '../../options/flag.ts';
import * as kind from '../../options/kinds.ts';
import { type OptimizerName, optimizerNames, optimizers } from '@resnet/trainer/optimizers';

import { recipe } from './recipe.ts';

/** What the defaults of other flags depend on. */
interface Given {
  readonly optimizer?: OptimizerName;
  readonly batch?: number;
  readonly minutes?: number;
  readonly weights?: string;
}

const defaultBatch = 32;
const defaultEpochs = 30;
/**
 * AdamW's steps do not depend on the scale of gradients: it learns from the first epochs on and
 * does not blow up on a hundred images. On the demo, SGD at 0.02 was far behind it after 9 of 12
 * epochs, and SGD at 0.05 was unsteady.
 */
const defaultOptimizer = 'adamw';

/** `0.02 for sgd, 0.001 for adamw` */
function eachOptimizer(field: 'learningRate' | 'weightDecay'): string {
  return optimizerNames.map((name) => `${optimizers[name][field]} for ${name}`).join(', ');
}

/**
 * Every flag of `resnet train`, each declared once. From it derive the option and its help,
 * {@link TrainOptions}, {@link KeptSettings}, the default, and the check of `args.json`. The
 * defaults are for training from scratch on a few hundred images a class.
 */
export const trainFlags = {
  ...underHeading('Model and length:', {
    model: kept({
      flags: '--model <name>',
      help: 'one of those that `resnet info` lists',
      kind: kind.text('the name of a model'),
      // The smallest of the classic nets: with little data a deeper one overfits before it helps.
      default: 'resnet18',
    }),
    epochs: kept({
      flags: '--epochs <n>',
      help: 'passes over the images',
      kind: kind.integer(1),
      // With --minutes the epochs are fitted before the first; until then there is no limit.
      default: ({ minutes }: Given) => (minutes === undefined ? defaultEpochs : Infinity),
      defaultText: String(defaultEpochs),
    }),
    minutes: keptIfGiven({
      flags: '--minutes <n>',
      help: 'as many epochs as take about this long on this machine; no more than --epochs where that is given',
      kind: kind.number(0, 1e6, { open: true }),
    }),
    batch: kept({
      flags: '--batch <n>',
      help: 'images a step',
      kind: kind.integer(1),
      default: defaultBatch,
    }),
    imageSize: keptOnceKnown({
      flags: '--image-size <size>',
      help: 'pixels, as 224 or 192x256',
      kind: kind.imageSize(),
      defaultText: 'by the images, up to 224',
    }),
    seed: kept({
      flags: '--seed <n>',
      help: 'of everything random',
      kind: kind.integer(0, 0xffffffff),
      // Any fixed number: the same command gives the same model.
      default: 0,
    }),
  }),
  ...underHeading('Fine-tuning:', {
    weights: notKept({
      flags: '--weights <source>',
      help:
        'start from these: a file (safetensors, .pth, .pt), its URL, a model folder, or hf:owner/name; ' +
        'the classifier is replaced where the classes are others',
      kind: kind.text('a source of weights'),
    }),
    freeze: notKept({
      flags: '--freeze <stages>',
      help: 'stages that stay as they are, batch norms included: stem,layer1,... or backbone',
      kind: kind.names(),
    }),
    backboneLr: notKept({
      flags: '--backbone-lr <factor>',
      help: 'learning rate of all but the classifier, as a fraction of --lr',
      kind: kind.number(0, 1, { open: true }),
      defaultText: '1',
    }),
  }),
  ...underHeading('Optimisation:', {
    optimizer: kept({
      flags: '--optimizer <name>',
      help: '',
      kind: kind.choice(optimizerNames),
      default: defaultOptimizer,
    }),
    learningRate: kept({
      flags: '--lr <rate>',
      help: 'highest learning rate',
      kind: kind.number(0, Infinity, { open: true }),
      default: ({ optimizer = defaultOptimizer, batch = defaultBatch, weights }: Given) => {
        const factor = weights === undefined ? 1 : recipe.fineTuningFactor;
        const rate = optimizers[optimizer].learningRate * (batch / recipe.learningRateBatch);
        return Number((factor * rate).toPrecision(6));
      },
      defaultText:
        `${eachOptimizer('learningRate')}, ` +
        `times batch/${recipe.learningRateBatch}; a tenth of that with --weights`,
    }),
    weightDecay: kept({
      flags: '--weight-decay <x>',
      help: '',
      kind: kind.number(0, Infinity),
      default: ({ optimizer = defaultOptimizer }: Given) => optimizers[optimizer].weightDecay,
      defaultText: eachOptimizer('weightDecay'),
    }),
    ema: kept({
      flags: '--ema <decay>',
      negation: ['--no-ema', 'do not average the weights (the default)'],
      help: 'average the weights, as with 0.998',
      kind: kind.orFalse(kind.number(0, 0.999_999)),
      // 0.998 averages about the last 500 steps. A schedule that ends near 0 does much the same,
      // without a fifth of a step's time.
      default: false,
      defaultText: 'off',
    }),
  }),
  ...underHeading('Against overfitting:', {
    augment: kept({
      flags: '--augment <level>',
      help: '',
      kind: kind.choice(['none', 'light', 'strong'] satisfies readonly Augmentation[]),
      default: 'light',
    }),
    labelSmoothing: kept({
      flags: '--label-smoothing <x>',
      help: '',
      kind: kind.number(0, 0.99),
      // Keeps the net from growing sure of what a noisy label says (Szegedy et al., 2016).
      default: 0.1,
    }),
    mixup: kept({
      flags: '--mixup <alpha>',
      help: 'blend images in pairs',
      kind: kind.number(0, 100),
      default: 0,
      defaultText: 'off',
    }),
    cutmix: kept({
      flags: '--cutmix <alpha>',
      help: 'paste patches into one another',
      kind: kind.number(0, 100),
      default: 0,
      defaultText: 'off',
    }),
  }),
  ...underHeading('Data:', {
    val: kept({
      flags: '--val <fraction>',
      help: 'held out for validation where DATA has no such subset: a fraction of each class, or a count in all',
      kind: kind.fractionOrCount(),
      default: 0.2,
    }),
    groupBy: keptIfGiven({
      flags: '--group-by <regex>',
      help: 'images whose paths match alike (first group) stay on one side of the split',
      kind: kind.patternSource(),
    }),
    workers: notKept({
      flags: '--workers <n>',
      help: 'threads that load images',
      kind: kind.integer(1, 64),
      defaultText: 'by the machine',
      onResume: true,
    }),
  }),
  ...underHeading('Running:', {
    backend: kept({
      flags: '--backend <name>',
      help: backendHelp,
      kind: kind.choice(['auto', ...backendNames]),
      default: 'auto',
      onResume: true,
    }),
    gradientCheckpointing: keptIfGiven({
      flags: '--gradient-checkpointing',
      help: 'keep less in memory and compute it again: for deep models and large batches; same result, a quarter slower',
      kind: kind.toggle(),
    }),
    precision: notKept({
      flags: '--precision <type>',
      help: precisionHelp,
      kind: kind.choice(precisions),
      defaultText: 'float32',
    }),
    deterministic: notKept({
      flags: '--deterministic',
      help: 'the same bits each time, on machines with other numbers of cores too: fixes the threads to those of this machine',
      kind: kind.toggle(),
    }),
    name: notKept({
      flags: '--name <name>',
      help: 'write to runs/<name>',
      kind: kind.text('a name'),
      defaultText: 'named after DATA',
      onResume: true,
    }),
    out: notKept({
      flags: '--out <folder>',
      help: 'write to this folder instead',
      kind: kind.text('a folder'),
      onResume: true,
    }),
    resume: notKept({
      flags: '--resume [run]',
      help: 'go on with a run that was stopped, with the settings it had',
      kind: kind.optionalText('a run'),
      onResume: true,
    }),
    force: notKept({
      flags: '--force',
      help: 'replace the run of that name',
      kind: kind.toggle(),
    }),
    json: notKept({
      flags: '--json',
      help: 'print one JSON object an event and line',
      kind: kind.toggle(),
      onResume: true,
    }),
  }),
};

/** What was typed; undefined where a default is to be found. */
export type TrainOptions = Typed<typeof trainFlags>;

/** What `args.json` has of it, defaults filled in. */
export type KeptSettings = Kept<typeof trainFlags>;
