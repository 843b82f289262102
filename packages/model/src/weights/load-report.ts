import type { ResNetConfig } from '../architecture/config.ts';
import { parameterSpecs } from '../architecture/parameter-specs.ts';
import { ModelError } from '../errors.ts';
import type { ParameterSpec } from './parameter-spec.ts';
import type { HostTensor, StateDict } from './state-dict.ts';

/** A tensor of a state that is not what the net has under its name. */
export interface Mismatch {
  readonly name: string;
  readonly expected: readonly number[];
  readonly received: readonly number[];
  /** float32, or the dtype that the state has in its place. */
  readonly dtype: HostTensor['dtype'];
}

/** How a state dict compares with a net; what is in none of the lists has been loaded. */
export interface LoadReport {
  /** Of the net, not in the state. */
  readonly missing: readonly string[];
  /** In the state, not of the net. */
  readonly unexpected: readonly string[];
  /** In both, of another shape or not float32. */
  readonly mismatched: readonly Mismatch[];
}

const counterSuffix = '.num_batches_tracked';

/** What torch's `BatchNorm2d` calls its count of training steps; loading never depends on it. */
export function counterName(batchNormPath: string): string {
  return `${batchNormPath}${counterSuffix}`;
}

/**
 * How a state dict would load into a net of this config. Needs no backend, and changes nothing.
 *
 * @throws {ModelError} CONFIG_INVALID when the config is wrong
 */
export function compareStateDict(config: ResNetConfig, state: StateDict): LoadReport {
  return compareState(parameterSpecs(config), state);
}

/** As {@link compareStateDict}, of a net given by its parameters. */
export function compareState(specs: readonly ParameterSpec[], state: StateDict): LoadReport {
  const missing: string[] = [];
  const mismatched: Mismatch[] = [];
  const known = new Set<string>();
  for (const { name, shape, role } of specs) {
    known.add(name);
    if (role === 'bnMean') known.add(name.replace(/\.running_mean$/, counterSuffix));
    const tensor = state.get(name);
    if (tensor === undefined) {
      missing.push(name);
    } else if (tensor.dtype !== 'float32' || !isSameShape(tensor.shape, shape)) {
      mismatched.push({ name, expected: shape, received: tensor.shape, dtype: tensor.dtype });
    }
  }
  const unexpected = [...state.keys()].filter((name) => !known.has(name));
  return { missing, unexpected, mismatched };
}

/** @throws {ModelError} STATE_MISMATCH when anything differs, listing all, with both shapes */
export function checkReport(operation: string, report: LoadReport): void {
  const { missing, unexpected, mismatched } = report;
  if (missing.length + unexpected.length + mismatched.length === 0) return;
  const lines = [
    ...mismatched.map(
      ({ name, expected, received, dtype }) =>
        `${name}: expected float32 [${expected.join(', ')}], received ${dtype} [${received.join(', ')}]`,
    ),
    ...missing.map((name) => `${name}: missing from the state`),
    ...unexpected.map((name) => `${name.slice(0, 200)}: not in this net`),
  ];
  const shown = lines.slice(0, 20);
  if (lines.length > shown.length) shown.push(`and ${lines.length - shown.length} more`);
  throw new ModelError(
    'STATE_MISMATCH',
    `${operation}: the state does not fit the net:\n  ${shown.join('\n  ')}`,
  );
}

/** Whether two shapes have the same sizes. */
export function isSameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}
