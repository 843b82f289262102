import * as parse from './parse-option.ts';

/**
 * What a value may be: how it is read where it is typed, and how it is checked where a JSON file
 * brings it. {@link Flag}s are declared with one.
 */
export interface Kind<T> {
  /** For a message: `a whole number from 1`. */
  readonly expected: string;
  /** Whether a value of JSON, which somebody may have edited, is one. */
  readonly is: (value: unknown) => boolean;
  /** Throws what commander prints beside the flag. Undefined where text is taken as it is. */
  readonly parse: ((text: string) => T) | undefined;
  readonly choices?: readonly string[];
}

export function text(expected: string): Kind<string> {
  return { expected, is: (value) => typeof value === 'string', parse: undefined };
}

/** One of some words. */
export function choice<const T extends string>(choices: readonly T[]): Kind<T> {
  const words = [...choices];
  const last = words.pop();
  return {
    expected: `${words.join(', ')} or ${last}`,
    is: (value) => choices.some((word) => word === value),
    parse: undefined,
    choices,
  };
}

/** A flag without a value. */
export function toggle(): Kind<true> {
  return { expected: 'true', is: (value) => value === true, parse: undefined };
}

export function integer(low: number, high: number = Number.MAX_SAFE_INTEGER): Kind<number> {
  return {
    expected: `a whole number from ${low}`,
    is: (value) => Number.isSafeInteger(value) && Number(value) >= low && Number(value) <= high,
    parse: parse.integer(low, high),
  };
}

/** A number in `[low, high]`; with `open`, above `low`. */
export function number(
  low: number,
  high: number,
  { open = false }: { readonly open?: boolean } = {},
): Kind<number> {
  return {
    expected: 'a number',
    is: (value) =>
      typeof value === 'number' && (open ? value > low : value >= low) && value <= high,
    parse: parse.numberIn(low, high, { open }),
  };
}

/** A fraction in (0, 1), or a count from 1 on. */
export function fractionOrCount(): Kind<number> {
  return {
    expected: 'a fraction or a count',
    is: (value) =>
      typeof value === 'number' && value > 0 && (value < 1 || Number.isSafeInteger(value)),
    parse: parse.fractionOrCount,
  };
}

export function imageSize(): Kind<readonly [height: number, width: number]> {
  const { is } = integer(1);
  return {
    expected: 'a height and a width',
    is: (value) => Array.isArray(value) && value.length === 2 && value.every(is),
    parse: parse.imageSize,
  };
}

/** A regular expression, kept as its source. */
export function patternSource(): Kind<string> {
  return {
    expected: 'a regular expression',
    is: (value) => typeof value === 'string',
    parse: (typed) => parse.pattern(typed).source,
  };
}

/** Names with commas between them. */
export function names(): Kind<readonly string[]> {
  return {
    expected: 'a list of names',
    is: (value) => Array.isArray(value) && value.every((name) => typeof name === 'string'),
    parse: parse.names,
  };
}

/** Either of two kinds; what is typed is read as the first. */
export function orFalse<T>(kind: Kind<T>): Kind<T | false> {
  return {
    ...kind,
    expected: `${kind.expected} or false`,
    is: (value) => value === false || kind.is(value),
  };
}

/** Text, or true where the flag stands alone. */
export function optionalText(expected: string): Kind<string | true> {
  return {
    expected,
    is: (value) => typeof value === 'string' || value === true,
    parse: undefined,
  };
}
