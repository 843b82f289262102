import { plural } from '../lib/format.ts';
import type { Picture } from './picture-list.ts';

export const sortKeys = ['added', 'name', 'class', 'sure', 'unsure'] as const;
export type SortKey = (typeof sortKeys)[number];

/** `all`, `unsure` (below {@link sureFrom}), `failed`, or `class:` and a class index. */
export type Filter = 'all' | 'unsure' | 'failed' | `class:${number}`;

/** From this probability on the grid counts a picture as certain. */
export const sureFrom = 0.6;

const byText = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

function certainty(picture: Picture): number {
  return picture.predictions[0]?.probability ?? -1;
}

const orders: Readonly<Record<SortKey, (a: Picture, b: Picture) => number>> = {
  added: (a, b) => a.id - b.id,
  name: (a, b) => byText.compare(a.name, b.name),
  class: (a, b) => {
    const [left, right] = [a.predictions[0]?.label, b.predictions[0]?.label];
    // What has no class yet, or never will, comes last.
    if (left === undefined || right === undefined) {
      return Number(left === undefined) - Number(right === undefined);
    }
    return byText.compare(left, right) || certainty(b) - certainty(a);
  },
  sure: (a, b) => certainty(b) - certainty(a),
  unsure: (a, b) => (certainty(a) < 0 ? 2 : certainty(a)) - (certainty(b) < 0 ? 2 : certainty(b)),
};

/** The pictures that fit, in order. Ties stay in the order in which they were added. */
export function arrange(
  pictures: readonly Picture[],
  { search, filter, sort }: { search: string; filter: Filter; sort: SortKey },
): Picture[] {
  const needle = search.trim().toLowerCase();
  return pictures
    .filter((picture) => fits(picture, filter))
    .filter(
      ({ name, predictions }) =>
        needle === '' ||
        name.toLowerCase().includes(needle) ||
        (predictions[0]?.label.toLowerCase().includes(needle) ?? false),
    )
    .sort((a, b) => orders[sort](a, b) || a.id - b.id);
}

function fits(picture: Picture, filter: Filter): boolean {
  if (filter === 'all') return true;
  if (filter === 'failed') return picture.status === 'failed';
  const first = picture.predictions[0];
  if (!first) return false;
  if (filter === 'unsure') return first.probability < sureFrom;
  return filter === `class:${first.index}`;
}

/** What the grid can be narrowed to: only what leaves something over. */
export function filtersOf(
  pictures: readonly Picture[],
): readonly { readonly value: Filter; readonly text: string }[] {
  const classes = new Map<number, { label: string; count: number }>();
  for (const { predictions } of pictures) {
    const [first] = predictions;
    if (!first) continue;
    const entry = classes.get(first.index) ?? { label: first.label, count: 0 };
    entry.count += 1;
    classes.set(first.index, entry);
  }
  const unsure = pictures.filter((picture) => fits(picture, 'unsure')).length;
  const failed = pictures.filter((picture) => fits(picture, 'failed')).length;
  return [
    { value: 'all', text: `All ${plural(pictures.length, 'picture')}` },
    ...[...classes]
      .sort(([, a], [, b]) => byText.compare(a.label, b.label))
      .map(([index, { label, count }]) => ({
        value: `class:${index}` as const,
        text: `${label} (${count})`,
      })),
    ...(unsure > 0
      ? [{ value: 'unsure' as const, text: `Uncertain, below ${100 * sureFrom}% (${unsure})` }]
      : []),
    ...(failed > 0 ? [{ value: 'failed' as const, text: `Could not be read (${failed})` }] : []),
  ];
}

/** A row a picture and class, five classes each, as `resnet predict --csv` prints them. */
export function csvRows(pictures: readonly Picture[]): (readonly (string | number)[])[] {
  return [
    ['file', 'rank', 'label', 'probability'],
    ...pictures.flatMap(({ name, predictions }) =>
      predictions
        .slice(0, 5)
        .map(({ label, probability }, i) => [name, i + 1, label, Number(probability.toFixed(6))]),
    ),
  ];
}
