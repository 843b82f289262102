import type { ResNetConfig } from './config.ts';
import { namesOf } from './reference-names.ts';

/**
 * The parts of a net that fine-tuning freezes or slows down, by the names that people use for them,
 * and the prefixes of their parameters: `stem`, `layer1` and so on, and `backbone`, all but the
 * classifier. Pre-activation nets call theirs `stages.0`; here they are `layer1` all the same.
 */
export function stagePrefixes(config: ResNetConfig): ReadonlyMap<string, readonly string[]> {
  const names = namesOf(config);
  const stem = names.stemConv === 'conv1' ? ['conv1', 'bn1'] : ['stem'];
  const stages = new Map<string, readonly string[]>([['stem', stem]]);
  config.layers.forEach((_, stage) => {
    const block = names.block(stage, 0);
    const prefix = block.replace(/(\.blocks)?\.0$/, '');
    stages.set(`layer${stage + 1}`, [prefix]);
  });
  stages.set('backbone', [...[...stages.values()].flat(), names.finalNorm]);
  return stages;
}

/** What the parameters of the classifier begin with: `fc`, or `head.fc`. */
export function classifierPrefix(config: ResNetConfig): string {
  return namesOf(config).classifier;
}
