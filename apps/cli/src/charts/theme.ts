/**
 * The looks that all charts have. The hues are Okabe and Ito's ("Color Universal Design", 2008),
 * which people with any common colour blindness distinguish; training and validation also differ
 * in line style, so that the charts survive a black-and-white print.
 */
export const palette = {
  train: '#0072B2',
  validation: '#D55E00',
  best: '#009E73',
  ink: '#1F2933',
  muted: '#616E7C',
  axis: '#9AA5B1',
  grid: '#E4E7EB',
  background: '#FFFFFF',
} as const;

/** White to dark blue, of even steps in lightness: the ramp of the confusion matrix. */
export const ramp: readonly string[] = [
  '#FFFFFF',
  '#D6E6F4',
  '#ABCFE6',
  '#7BB2D9',
  '#4F94C7',
  '#2270AC',
  '#084A82',
];

// Without quotes: the SVG renderer puts the list into an attribute as it is.
export const fontFamily = 'Inter, Segoe UI, Roboto, Helvetica Neue, DejaVu Sans, sans-serif';

/** Shortens a label to a number of characters, keeping both ends: `golden retr…ppies`. */
export function shorten(label: string, length: number): string {
  const characters = Array.from(label);
  if (characters.length <= length) return label;
  const tail = Math.floor((length - 1) / 3);
  const head = length - 1 - tail;
  return `${characters.slice(0, head).join('')}…${tail === 0 ? '' : characters.slice(-tail).join('')}`;
}

/** About how many pixels a label takes at a font size: there is no DOM to measure it with. */
export function textWidth(label: string, fontSize: number): number {
  let ems = 0;
  for (const character of label) ems += (character.codePointAt(0) ?? 0) > 0x2e7f ? 1 : 0.56;
  return ems * fontSize;
}
