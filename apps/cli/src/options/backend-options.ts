import { Option } from 'commander';

import { precisions, precisionWords } from '../backends/precision.ts';
import { backendNames } from '../backends/types.ts';

/** `--backend`, the same on every command that computes. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what computes; auto takes the fastest that works (default: auto)',
  ).choices(['auto', ...backendNames]);
}

/** `--precision`, the same on every command that has it. */
export function precisionOption(): Option {
  return new Option('--precision <type>', `${precisionWords} (default: float32)`).choices(
    precisions,
  );
}
