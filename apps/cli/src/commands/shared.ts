import { Option } from 'commander';

import { backendNames } from '../backends/types.ts';

/** `--backend`, the same on every command that computes. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what computes; auto takes the fastest that works (default: auto)',
  ).choices(['auto', ...backendNames]);
}
