import { compareText } from '@resnet/split';

import { count, plural } from '../text.ts';
import type { Duplicates } from './duplicates.ts';
import type { Scan, ScannedFile } from './scan-folder.ts';

/** What a scan left out, in sentences for the user. */
export function describeScan(scan: Scan): string[] {
  const { notImages, unreadable, outside, root } = scan;
  const first = unreadable[0];
  return [
    ...(first === undefined
      ? []
      : [
          `${plural(unreadable.length, 'file')} in ${root} cannot be read, as ${first.path} (${first.reason}).`,
        ]),
    ...(notImages.length === 0
      ? []
      : [
          `${plural(notImages.length, 'file')} in ${root} ${notImages.length === 1 ? 'is no image' : 'are no images'}, by content: ${shortList(notImages)}.`,
        ]),
    ...(outside.length === 0
      ? []
      : [
          `${plural(outside.length, 'file')} in ${root} ${outside.length === 1 ? 'lies' : 'lie'} outside the class folders: ${shortList(outside)}.`,
        ]),
  ];
}

/** How many times the images of another class one may have without a word. */
const unequal = 10;

/** Classes of very different sizes, in sentences for the user. */
export function describeBalance(files: readonly { readonly label: string }[]): string[] {
  const sizes = new Map<string, number>();
  for (const { label } of files) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  const [first, ...rest] = sizes;
  if (first === undefined) return [];
  const most = rest.reduce((a, b) => (b[1] > a[1] ? b : a), first);
  const least = rest.reduce((a, b) => (b[1] < a[1] ? b : a), first);
  if (most[1] <= unequal * least[1]) return [];
  return [
    `The classes are very unequal, from ${plural(most[1], 'image')} of '${most[0]}' down to ${count(least[1])} of '${least[0]}': ` +
      'accuracy is mostly that of the large ones; `resnet evaluate` shows each.',
  ];
}

/** Files of the same content, in sentences for the user. */
export function describeDuplicates(duplicates: readonly Duplicates<ScannedFile>[]): string[] {
  const across = duplicates.filter((group) => labelsOf(group).length > 1);
  const within = duplicates.filter((group) => labelsOf(group).length === 1);
  return [
    ...(across.length === 0
      ? []
      : [
          `${plural(across.length, 'image')} ${across.length === 1 ? 'is' : 'are'} in several classes, so one label at least is wrong: ${shortList(across.map(equation))}.`,
        ]),
    ...(within.length === 0
      ? []
      : [
          `${plural(within.length, 'image')} ${within.length === 1 ? 'is' : 'are'} there more than once: ${shortList(within.map(equation))}. Copies stay in one subset.`,
        ]),
  ];
}

/** The different labels of a group of duplicates, sorted: more than one contradict each other. */
export function labelsOf(group: Duplicates<ScannedFile>): string[] {
  return [...new Set(group.map((file) => file.label))].sort(compareText);
}

function equation(group: Duplicates<ScannedFile>): string {
  return group.map((file) => file.path).join(' = ');
}

function shortList(items: readonly string[], most = 3): string {
  const more = items.length - most;
  return items.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
