/** 0.931 -> "93.1%". What is not nothing never reads 0.0%, and what is not all never 100%. */
export function percent(share: number): string {
  if (share > 0 && share < 0.0005) return '<0.1%';
  if (share < 1 && share >= 0.9995) return '>99.9%';
  return share === 1 ? '100%' : `${(100 * share).toFixed(1)}%`;
}

/** 1092744 -> "1.1 MB", in powers of ten, as file managers do. */
export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1e6) return `${(count / 1e3).toFixed(0)} kB`;
  if (count < 1e9) return `${(count / 1e6).toFixed(1)} MB`;
  return `${(count / 1e9).toFixed(1)} GB`;
}

/** 0.4 -> "0.4 ms", 12.3 -> "12 ms", 1234 -> "1.2 s". */
export function duration(milliseconds: number): string {
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** 272474 -> "272 thousand", 11.69e6 -> "11.7 million". */
export function amount(count: number): string {
  if (count < 1e4) return String(count);
  if (count < 1e6) return `${(count / 1e3).toFixed(0)} thousand`;
  return `${(count / 1e6).toFixed(1)} million`;
}

/** (1, 'picture') -> "1 picture". */
export function plural(count: number, noun: string, nouns = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : nouns}`;
}
