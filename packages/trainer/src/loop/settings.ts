import { hashString } from '@resnet/random';

import type { Settings } from '../checkpoint/settings.ts';
import type { EmaOptions } from '../ema.ts';
import { variablesOf } from '../model.ts';
import type { ParameterGroup } from '../optimizer/apply.ts';
import type { TrainOptions } from '../options.ts';

/** What a checkpoint remembers of `options`. */
export function settingsOf(
  options: TrainOptions,
  groups: ReadonlyMap<string, ParameterGroup>,
  ema: Required<EmaOptions> | undefined,
): Settings {
  const { optimizer, schedule, trainData } = options;
  const shapes = [...variablesOf(options.model)].map(([path, v]) => [path, v.shape] as const);
  return {
    model: Object.fromEntries(shapes),
    classes: [...options.classes],
    optimizer: { name: optimizer.name, ...optimizer.options },
    schedule: { name: schedule.name, ...schedule.options },
    parameterGroups: hashString(JSON.stringify([...groups])),
    epochs: options.epochs,
    trainImages: trainData.size,
    batchesPerEpoch: trainData.batchesPerEpoch,
    accumulate: options.accumulate ?? 1,
    labelSmoothing: options.labelSmoothing ?? 0,
    clipNorm: options.clipNorm ?? null,
    ema: ema === undefined ? null : { decay: ema.decay, warmup: ema.warmup },
    statisticsMomentum: options.statisticsMomentum ?? 0.1,
    freezeBatchNorm: options.freezeBatchNorm ?? [],
    seed: options.seed ?? 0,
  };
}
