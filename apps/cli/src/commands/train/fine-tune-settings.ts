import {
  classifierPrefix,
  parameterSpecs,
  type PretrainedConfig,
  type ResNetConfig,
  stagePrefixes,
} from '@resnet/model';
import { scaleByPrefix, type TrainOptions } from '@resnet/trainer';

/** How a run fine-tunes. Kept in `args.json`, so that a resumed run needs the weights no more. */
export interface FineTuneSettings {
  /** As it was given. */
  readonly weights: string;
  readonly config: ResNetConfig;
  readonly pretrainedCfg: PretrainedConfig;
  /** Why the classifier began with fresh weights; absent where it did not. */
  readonly freshHead?: string;
  /** `stem`, `layer1` and so on, or `backbone`. */
  readonly freeze: readonly string[];
  /** On the learning rate of all but the classifier. */
  readonly backboneLr: number;
}

/** Whether a value of `args.json`, which somebody may have edited, can be these settings. */
export function isFineTune(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const [freeze, factor] = [fields.get('freeze'), fields.get('backboneLr')];
  return (
    ['config', 'pretrainedCfg'].every((name) => typeof fields.get(name) === 'object') &&
    Array.isArray(freeze) &&
    freeze.every((stage) => typeof stage === 'string') &&
    typeof factor === 'number' &&
    factor > 0
  );
}

/** In the trainer's terms. */
export function fineTuneOptions(
  settings: FineTuneSettings | undefined,
): Pick<TrainOptions, 'learningRateScale' | 'freezeBatchNorm'> {
  if (settings === undefined) return {};
  const frozen = frozenPrefixes(settings);
  return {
    learningRateScale: scaleByPrefix({
      '': settings.backboneLr,
      [classifierPrefix(settings.config)]: 1,
      ...Object.fromEntries(frozen.map((prefix) => [prefix, 0])),
    }),
    // A norm whose statistics followed the new images would change what is to stay as it is.
    freezeBatchNorm: frozen,
  };
}

/** How many parameters are trained. */
export function trainedParameters(settings: FineTuneSettings): number {
  const { learningRateScale = () => 1 } = fineTuneOptions(settings);
  return parameterSpecs(settings.config)
    .filter(({ name, trainable }) => trainable && learningRateScale(name) > 0)
    .reduce((sum, { shape }) => sum + shape.reduce((size, n) => size * n, 1), 0);
}

function frozenPrefixes({ config, freeze }: FineTuneSettings): readonly string[] {
  const stages = stagePrefixes(config);
  return freeze.flatMap((stage) => stages.get(stage) ?? []);
}
