import { expect, it } from 'vitest';

import { newSettings, settingsProblem } from './settings.ts';

const complete = { ...newSettings('/images', {}), imageSize: [64, 64] };

it('accepts what a run writes, by JSON', () => {
  expect(settingsProblem(JSON.parse(JSON.stringify(complete)))).toBeUndefined();
  expect(settingsProblem({ ...complete, ema: false, optimizer: 'adamw' })).toBeUndefined();
});

it.each([
  [{ epochs: 'many' }, 'epochs must be a whole number from 1; received "many"'],
  [{ model: undefined }, 'model must be the name of a model; received nothing'],
  [{ imageSize: [64] }, 'imageSize must be a height and a width; received [64]'],
  [{ precision: 'fp8' }, 'precision must be bf16 or bf16-anyway, or absent; received "fp8"'],
  [{ augment: 'heavy' }, 'augment must be none, light or strong; received "heavy"'],
])('says what is wrong with %j', (change, problem) => {
  expect(settingsProblem({ ...complete, ...change })).toBe(problem);
});
