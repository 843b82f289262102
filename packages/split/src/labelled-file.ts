/** A file and the class it shows. */
export interface LabelledFile {
  /** Relative to the dataset's root, with '/' separators. */
  readonly path: string;
  readonly label: string;
}

/** A dataset cut in three: no file, and no group of files, is in two of them. */
export interface Subsets {
  /** What the network learns from. */
  readonly train: readonly LabelledFile[];
  /** What it is judged by while it learns, and the best epoch chosen by. */
  readonly val: readonly LabelledFile[];
  /** What it is judged by at the very end; empty unless asked for. */
  readonly test: readonly LabelledFile[];
}

/**
 * The order of code points, the same in every locale and as Python's `sorted`, which numbers
 * torchvision's classes. JavaScript's `<` differs: it puts an emoji, written as two surrogate
 * units, before U+E000 and up.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (x === y) continue;
    return lifted(x) - lifted(y);
  }
  return a.length - b.length;
}

/** Moves surrogates above all other units, where the code points that they write belong. */
function lifted(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
