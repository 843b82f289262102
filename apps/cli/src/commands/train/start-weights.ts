import { adaptClassifier, checkWeights, loadWeights } from '@resnet/hub';
import { type ResNet, stagePrefixes, type StateDict } from '@resnet/model';

import type { TrainOptions } from './flags.ts';
import { UsageError } from '../../errors.ts';
import type { Io } from '../../terminal/io.ts';
import { didYouMean } from '@resnet/files';
import type { TrainSettings } from './settings.ts';

export interface Start {
  readonly settings: TrainSettings;
  /** What training starts from, but for a fresh classifier; undefined for fresh weights. */
  readonly state: StateDict | undefined;
  readonly notes: readonly string[];
}

/** @throws {UsageError} where options of fine-tuning are given without weights */
export function checkFineTuneOptions({ weights, freeze, backboneLr }: TrainOptions): void {
  if (weights !== undefined) return;
  const given = [
    ...(freeze === undefined ? [] : ['--freeze']),
    ...(backboneLr === undefined ? [] : ['--backbone-lr']),
  ];
  if (given.length === 0) return;
  throw new UsageError(
    `${given.join(' and ')}: give --weights too; fresh weights are all trained.`,
  );
}

/**
 * Opens what a new run is to start from, and settles what depends on it: the architecture, the
 * image size and the preprocessing are those of the weights.
 *
 * @throws {UsageError} on weights that are not there or a stage that the model has not
 * @throws {FailureError} listing every mismatch, where weights do not fit
 */
export async function startFrom(
  settings: TrainSettings,
  options: Pick<TrainOptions, 'weights' | 'model' | 'freeze' | 'backboneLr'>,
  classes: readonly string[],
  io: Pick<Io, 'cwd' | 'env'>,
): Promise<Start> {
  const { weights, model, freeze = [], backboneLr = 1 } = options;
  if (weights === undefined) return { settings, state: undefined, notes: [] };
  const opened = await loadWeights(weights, { model, cwd: io.cwd, env: io.env });
  const { architecture, pretrainedCfg } = opened.card;
  const { config, state, freshHead } = adaptClassifier(opened, classes);
  checkStages(freeze, [...stagePrefixes(config).keys()]);
  checkWeights(
    weights,
    architecture,
    freshHead === undefined ? config : { ...config, numClasses: 0 },
    state,
  );
  const [, height, width] = pretrainedCfg.inputSize;
  return {
    settings: {
      ...settings,
      model: architecture,
      imageSize: settings.imageSize ?? [height, width],
      fineTune: {
        weights,
        config,
        pretrainedCfg,
        ...(freshHead !== undefined && { freshHead }),
        freeze,
        backboneLr,
      },
    },
    state,
    notes: opened.notes,
  };
}

/** Weights into a net whose classifier may be a fresh one; they have been checked. */
export function loadBackbone(model: ResNet, state: StateDict): void {
  model.loadStateDict(state, { strict: false });
}

function checkStages(freeze: readonly string[], stages: readonly string[]): void {
  for (const stage of freeze) {
    if (stages.includes(stage)) continue;
    throw new UsageError(`--freeze: the model has no stage ${stage}.`, {
      hint: didYouMean(stage, stages) ?? `Its stages are ${stages.join(', ')}.`,
    });
  }
}
