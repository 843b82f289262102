/** A file and the class it shows. */
export interface LabelledFile {
  /** Relative to the dataset's root, with '/' separators. */
  readonly path: string;
  readonly label: string;
}

/** A dataset cut in three: no file, and no group of files, is in two of them. */
export interface Parts {
  /** What the network learns from. */
  readonly train: readonly LabelledFile[];
  /** What it is judged by while it learns, and the best epoch chosen by. */
  readonly val: readonly LabelledFile[];
  /** What it is judged by at the very end; empty unless asked for. */
  readonly test: readonly LabelledFile[];
}

/** The order of JavaScript's `<` on strings: by UTF-16 code unit, the same in every locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
