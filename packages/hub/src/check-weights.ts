import {
  compareStateDict,
  type LoadReport,
  type ResNetConfig,
  type StateDict,
} from '@resnet/model';

import { HubError } from './errors.ts';

/**
 * Checks that weights fit a model, all of them, before anything is built.
 *
 * @param source what the error calls the weights
 * @param architecture what the error calls the model
 * @throws {HubError} WEIGHTS_MISMATCH listing every mismatch, with both shapes
 */
export function checkWeights(
  source: string,
  architecture: string,
  config: ResNetConfig,
  state: StateDict,
): void {
  const lines = describeReport(compareStateDict(config, state));
  if (lines.length === 0) return;
  throw new HubError(
    'WEIGHTS_MISMATCH',
    `${source} does not fit ${architecture}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    { hint: 'If it is another architecture, name that.' },
  );
}

/** A line for each difference, shapes first: they tell most. */
function describeReport({ mismatched, missing, unexpected }: LoadReport): string[] {
  return [
    ...mismatched.map(
      ({ name, expected, received, dtype }) =>
        `${name}: the model has [${expected.join(', ')}], the weights [${received.join(', ')}]` +
        (dtype === 'float32' ? '' : ` of ${dtype}`),
    ),
    ...missing.map((name) => `${name}: missing from the weights`),
    ...unexpected.map((name) => `${name.slice(0, 200)}: not in the model`),
  ];
}
