import type { Random } from '@resnet/random';

import { adjustBrightness, adjustContrast, adjustSaturation } from './ops/blend.ts';
import { adjustHue } from './ops/hue.ts';
import { checkOption, type Raster } from './raster.ts';

/** Strengths as torchvision's `ColorJitter` takes them; 0 leaves a property alone. */
export interface ColorJitter {
  /** Factor drawn from [max(0, 1 - brightness), 1 + brightness]. */
  readonly brightness: number;
  /** Likewise. */
  readonly contrast: number;
  /** Likewise. */
  readonly saturation: number;
  /** Turn drawn from [-hue, hue] of the colour circle; at most 0.5. */
  readonly hue: number;
}

/** Changes brightness, contrast, saturation and hue at random, in random order. */
export function colorJitter(raster: Raster, strengths: ColorJitter, random: Random): Raster {
  const order = random.shuffle(['brightness', 'contrast', 'saturation', 'hue'] as const);
  let result = raster;
  for (const property of order) {
    const strength = strengths[property];
    if (strength === 0) continue;
    if (property === 'hue') {
      result = adjustHue(result, random.uniform(-strength, strength));
      continue;
    }
    const factor = random.uniform(Math.max(0, 1 - strength), 1 + strength);
    if (property === 'brightness') result = adjustBrightness(result, factor);
    else if (property === 'contrast') result = adjustContrast(result, factor);
    else result = adjustSaturation(result, factor);
  }
  return result;
}

export function checkColorJitter(jitter: ColorJitter): void {
  const { brightness, contrast, saturation, hue } = jitter;
  checkOption(
    brightness >= 0 && contrast >= 0 && saturation >= 0 && hue >= 0 && hue <= 0.5,
    'colorJitter',
    'strengths are 0 or more, hue at most 0.5',
    jitter,
  );
}
