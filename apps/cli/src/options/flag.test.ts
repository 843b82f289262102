import { Command } from 'commander';
import { expect, it } from 'vitest';

import { addFlags, kept, keptIfGiven, keptOf, keptProblem, notKept, underHeading } from './flag.ts';
import * as kind from './kinds.ts';

const flags = underHeading('Length:', {
  epochs: kept({ flags: '--epochs <n>', help: 'passes', kind: kind.integer(1), default: 30 }),
  decay: kept({
    flags: '--weight-decay <x>',
    help: '',
    kind: kind.number(0, 1),
    default: ({ epochs = 30 }: { readonly epochs?: number }) => epochs / 100,
    defaultText: 'by the epochs',
  }),
  ema: kept({
    flags: '--ema <decay>',
    negation: ['--no-ema', 'never'],
    help: '',
    kind: kind.orFalse(kind.number(0, 1)),
    default: false,
    defaultText: 'off',
  }),
  level: keptIfGiven({
    flags: '--level <name>',
    help: '',
    kind: kind.choice(['low', 'mid', 'high']),
  }),
  json: notKept({ flags: '--json', help: '', kind: kind.toggle() }),
});

function parse(...args: readonly string[]): object {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addFlags(command, flags);
  return command.parse(args, { from: 'user' }).opts();
}

it('reads what is typed, under the names of the table', () => {
  const typed = parse('--epochs', '2', '--weight-decay', '0.5', '--level', 'low', '--json');
  expect(typed).toEqual({ epochs: 2, decay: 0.5, level: 'low', json: true });
  expect(parse('--no-ema')).toEqual({ ema: false });
  expect(() => parse('--epochs', '0')).toThrow('Expected a whole number from 1.');
  expect(() => parse('--level', 'none')).toThrow('Allowed choices are low, mid, high.');
});

it('keeps what the settings keep, defaults filled in', () => {
  expect(keptOf(flags, {})).toEqual({ epochs: 30, decay: 0.3, ema: false });
  expect(keptOf(flags, { epochs: 10, level: 'mid', json: true })).toEqual({
    epochs: 10,
    decay: 0.1,
    ema: false,
    level: 'mid',
  });
});

it('says what is wrong with what was kept', () => {
  const settings = { epochs: 30, decay: 0.3, ema: 0.9 };
  expect(keptProblem(flags, settings)).toBeUndefined();
  expect(keptProblem(flags, { ...settings, decay: 2 })).toBe('decay must be a number; received 2');
  expect(keptProblem(flags, { ...settings, level: 'x' })).toBe(
    'level must be low, mid or high, or absent; received "x"',
  );
  expect(keptProblem(flags, { ...settings, ema: true })).toBe(
    'ema must be a number or false; received true',
  );
});

it('states defaults in the help, under the heading', () => {
  const command = new Command();
  addFlags(command, flags);
  const help = command.helpInformation();
  expect(help).toMatch(/^Length:\n +--epochs <n> +passes \(default: 30\)/m);
  expect(help).toMatch(/--weight-decay <x> +\(default: by the epochs\)/);
});
