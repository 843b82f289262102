import { InvalidArgumentError } from 'commander';

/** Parsers of option values, for commander: each throws what commander prints beside the flag. */

export function integer(
  low: number,
  high: number = Number.MAX_SAFE_INTEGER,
): (text: string) => number {
  return (text: string): number => {
    const value = numberOf(text);
    if (!Number.isSafeInteger(value) || value < low || value > high) {
      const range = high === Number.MAX_SAFE_INTEGER ? `from ${low}` : `from ${low} to ${high}`;
      throw new InvalidArgumentError(`Expected a whole number ${range}.`);
    }
    return value;
  };
}

export function numberIn(
  low: number,
  high: number,
  { open = false }: { readonly open?: boolean } = {},
): (text: string) => number {
  return (text: string): number => {
    const value = numberOf(text);
    if (!(open ? value > low : value >= low) || value > high) {
      const from = open ? `above ${low}` : `from ${low}`;
      const to = Number.isFinite(high) ? `${open ? ', at most' : ' to'} ${high}` : '';
      throw new InvalidArgumentError(`Expected a number ${from}${to}.`);
    }
    return value;
  };
}

/** A fraction in (0, 1), or a count from 1 on: `0.2`, `20%`, `50`. */
export function fractionOrCount(text: string): number {
  const value = text.endsWith('%') ? numberOf(text.slice(0, -1)) / 100 : numberOf(text);
  const fine = (value > 0 && value < 1) || (Number.isSafeInteger(value) && value >= 1);
  if (!fine || (text.endsWith('%') && value >= 1)) {
    throw new InvalidArgumentError('Expected a fraction like 0.2 or 20%, or a count like 50.');
  }
  return value;
}

/** `224`, or height x width as `192x256`. */
export function imageSize(text: string): readonly [height: number, width: number] {
  const match = /^(\d+)(?:x(\d+))?$/i.exec(text.trim());
  const height = Number(match?.[1]);
  const width = Number(match?.[2] ?? match?.[1]);
  if (!(height >= 8 && height <= 4096 && width >= 8 && width <= 4096)) {
    throw new InvalidArgumentError(
      'Expected a size in pixels from 8 to 4096, like 224 or 192x256.',
    );
  }
  return [height, width];
}

/** A regular expression. */
export function pattern(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

/** Names with commas between them. */
export function names(text: string): readonly string[] {
  const list = text.split(',').map((name) => name.trim());
  if (list.includes('')) throw new InvalidArgumentError('Expected names like stem,layer1.');
  return [...new Set(list)];
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}
