import { parseArgs } from 'node:util';

/** What a benchmark was called with that it does not take, or that its options were asked for. */
export class UsageError extends Error {
  exitCode = 2;
}

/**
 * A benchmark's options, each with its default: numbers, and words with commas between them.
 *
 * @template {Record<string, number | string | boolean>} Defaults
 * @param {readonly string[]} args
 * @param {Defaults} defaults
 * @returns {Defaults}
 */
export function parseOptions(args, defaults) {
  const kinds = Object.entries(defaults).map(([name, value]) => [
    name,
    { type: typeof value === 'boolean' ? 'boolean' : 'string' },
  ]);
  const known = Object.entries(defaults).map(([name, value]) => `--${name} (${value})`);
  const options = `Options, with their defaults: ${known.join(', ')}`;
  if (args.includes('--help')) throw Object.assign(new UsageError(options), { exitCode: 0 });
  let values;
  try {
    ({ values } = parseArgs({ args: [...args], options: Object.fromEntries(kinds) }));
  } catch (error) {
    throw new UsageError(`${error.message}\n${options}`);
  }
  const given = Object.entries(values).map(([name, value]) => [
    name,
    typeof defaults[name] === 'number' ? numberOf(name, value) : value,
  ]);
  return { ...defaults, ...Object.fromEntries(given) };
}

/** The case that was asked for by its place in the table, or all of them (-1). */
export function chosenCases(cases, index) {
  if (index === -1) return cases;
  if (cases[index] !== undefined) return [cases[index]];
  throw new UsageError(`--case is from 0 to ${cases.length - 1}; received ${index}`);
}

function numberOf(name, text) {
  const value = Number(text);
  if (text.trim() !== '' && Number.isInteger(value)) return value;
  throw new UsageError(`--${name} takes a whole number; received ${text}`);
}
