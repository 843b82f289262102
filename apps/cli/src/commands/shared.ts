import { Option } from 'commander';

import { precisions } from '../arithmetic.ts';
import { backendNames } from '../backends/types.ts';

/** `--backend`, the same on every command that computes. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what computes; auto takes the fastest that works (default: auto)',
  ).choices(['auto', ...backendNames]);
}

/** `--precision`, where a trained model is used. */
export function precisionOption(): Option {
  return new Option(
    '--precision <type>',
    'bf16 computes in bfloat16 where the processor can; bf16-anyway does where it cannot ' +
      '(default: float32)',
  ).choices(precisions);
}
