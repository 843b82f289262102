import type { Random } from '@resnet/random';

import { compareText, type LabelledFile } from './labelled-file.ts';

/**
 * Groups files by a pattern on their paths, for `groupOf`: the group is what the pattern's capture
 * groups caught, or all it matched where it has none. A file that it does not match is a group of
 * its own.
 *
 * @example groupByPattern(/patient-(\d+)/)('benign/patient-12-left.png') // '12'
 */
export function groupByPattern(pattern: RegExp): (path: string) => string {
  // With 'g' or 'y' a pattern remembers where it last matched.
  const stateless = new RegExp(pattern.source, pattern.flags.replaceAll(/[gy]/g, ''));
  return (path) => {
    const match = stateless.exec(path);
    if (match === null) return path;
    const captured = match.slice(1).filter((part) => part !== undefined);
    return captured.length > 0 ? captured.join('\n') : match[0];
  };
}

/** Files that stay together: those of one group, or one file alone. */
export interface Unit {
  readonly key: string;
  readonly files: readonly LabelledFile[];
  /** How many of the files each class has. */
  readonly counts: ReadonlyMap<string, number>;
  /** Its place in the shuffled order: see {@link makeUnits}. */
  readonly rank: number;
}

/**
 * The units of a dataset, shuffled: sorted by a number that depends on the seed, the class and the
 * key alone. So neither a new class nor the order of the files reshuffles anything, and a new file
 * only takes a place between the others. Keys count in Unicode's composed form, because file
 * systems differ in the form that they give back.
 */
export function makeUnits(
  files: readonly LabelledFile[],
  groupOf: ((path: string) => string) | undefined,
  random: Random,
): Unit[] {
  const members = new Map<string, LabelledFile[]>();
  for (const file of files) {
    const key = (groupOf?.(file.path) ?? file.path).normalize('NFC');
    const group = members.get(key);
    if (group === undefined) members.set(key, [file]);
    else group.push(file);
  }
  const byLabel = new Map<string, Random>();
  const forLabel = (label: string): Random => {
    const found = byLabel.get(label) ?? random.fork(label.normalize('NFC'));
    byLabel.set(label, found);
    return found;
  };
  const units = Array.from(members, ([key, group]): Unit => {
    const counts = new Map<string, number>();
    for (const { label } of group) counts.set(label, (counts.get(label) ?? 0) + 1);
    const firstLabel = [...counts.keys()].sort(compareText)[0]!;
    return { key, files: group, counts, rank: forLabel(firstLabel).fork(key).uint32() };
  });
  return units.sort((a, b) => a.rank - b.rank || compareText(a.key, b.key));
}

/**
 * Units by islands of classes: two classes are on one island when a group has files of both.
 * Islands are split independently of each other; most often each class is one.
 */
export function islands(units: readonly Unit[]): Unit[][] {
  const parent = new Map<string, string>();
  const find = (label: string): string => {
    let root = label;
    for (let up = parent.get(root); up !== undefined; up = parent.get(root)) root = up;
    if (root !== label) parent.set(label, root);
    return root;
  };
  for (const { counts } of units) {
    const [first, ...others] = counts.keys();
    for (const other of others) {
      const [a, b] = [find(first!), find(other)];
      if (a !== b) parent.set(b, a);
    }
  }
  const result = new Map<string, Unit[]>();
  for (const unit of units) {
    const [label] = unit.counts.keys();
    const root = find(label!);
    const island = result.get(root);
    if (island === undefined) result.set(root, [unit]);
    else island.push(unit);
  }
  return [...result.values()];
}
