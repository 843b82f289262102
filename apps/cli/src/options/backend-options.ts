import { Option } from 'commander';

import { backendNames, precisions } from '../backends/types.ts';

export const backendHelp = 'what computes; auto takes the fastest that works';

export const precisionHelp: string =
  'bf16 computes in bfloat16 where the CPU can, with weights in float32; bf16-anyway does ' +
  'where it cannot; auto is bf16 where the backend and the CPU can, else float32';

/** `--backend`, the same on every command that computes. */
export function backendOption(): Option {
  return new Option('--backend <name>', `${backendHelp} (default: auto)`).choices([
    'auto',
    ...backendNames,
  ]);
}

/** `--precision`, the same on every command that has it. */
export function precisionOption(): Option {
  return new Option('--precision <type>', `${precisionHelp} (default: float32)`).choices(
    precisions,
  );
}
