import { Option } from 'commander';

export const backendNames = ['auto', 'tensorflow', 'webgpu', 'wasm', 'cpu'] as const;
export type BackendChoice = (typeof backendNames)[number];

/** `--backend`, the same on every command that computes. */
export function backendOption(): Option {
  return new Option(
    '--backend <name>',
    'what computes; auto takes the fastest that works (default: auto)',
  ).choices(backendNames);
}
