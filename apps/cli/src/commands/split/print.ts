import { relative } from 'node:path';

import type { Subsets } from '@resnet/split';

import type { SplitCommandOptions } from './options.ts';
import { type SplitPlan, labelsOf } from '@resnet/data';
import { count, plural } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { quoted } from '../../terminal/paths.ts';
import { formatTable, type Column } from '../../terminal/table.ts';

/** What `resnet split` did. */
export interface SplitOutcome {
  readonly plan: SplitPlan;
  /** One, or one a fold. */
  readonly splits: readonly Subsets[];
  readonly manifests: readonly string[];
  readonly into: string | undefined;
  readonly warnings: readonly string[];
}

const subsetNames = ['train', 'val', 'test'] as const;

/** A table of classes and counts, warnings, and what to do next. */
export function printSplit(outcome: SplitOutcome, options: SplitCommandOptions, io: Io): void {
  const { plan, splits, manifests, into, warnings } = outcome;
  const columns = columnsOf(splits);
  const counts = columns.map(({ files }) => countsOf(files));
  const rows = plan.scan.classes.map((label) => [
    label,
    ...counts.map((byLabel) => byLabel.get(label) ?? 0),
  ]);
  const totals = ['total', ...columns.map(({ files }) => files.length)];
  const head: Column[] = [
    { name: 'class' },
    ...columns.map(({ name }): Column => ({ name, align: 'right' })),
  ];
  const text = (row: readonly (string | number)[]): string[] =>
    row.map((cell) => (typeof cell === 'number' ? count(cell) : cell));
  io.out(formatTable(head, [...rows, totals].map(text), io));

  for (const warning of warnings) io.note(`${io.noteColor.yellow('warning:')} ${warning}`);
  const shown = (path: string): string => relative(io.cwd, path) || '.';
  const next = (data: string): void => io.note(`Next: resnet train ${quoted(data)}`);
  if (into !== undefined) {
    const first = splits.length > 1 ? `${shown(into)}/fold1` : shown(into);
    io.note(`Made ${shown(into)} (${options.mode ?? 'copy'}).`);
    if (manifests.length === 0) next(first);
  }
  const [manifest] = manifests;
  if (manifest === undefined) return;
  const more = manifests.length > 1 ? ` and ${plural(manifests.length - 1, 'more fold')}` : '';
  io.note(`Wrote ${shown(manifest)}${more}.`);
  next(shown(manifest));
}

/** Folds have one test subset in common, and a fold's train subset is all the other folds. */
function columnsOf(splits: readonly Subsets[]): { name: string; files: Subsets['train'] }[] {
  const [first] = splits;
  if (splits.length === 1) {
    return subsetNames
      .map((name) => ({ name, files: first![name] }))
      .filter(({ name, files }) => name !== 'test' || files.length > 0);
  }
  const folds = splits.map(({ val }, k) => ({ name: `fold ${k + 1}`, files: val }));
  const test = first!.test;
  return test.length > 0 ? [...folds, { name: 'test', files: test }] : folds;
}

function countsOf(files: Subsets['train']): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { label } of files) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}

export function printJson(outcome: SplitOutcome, io: Io): void {
  const { plan, splits, manifests, into, warnings } = outcome;
  const { scan, duplicates } = plan;
  const counts = (files: Subsets['train']): Record<string, number> => {
    const byLabel = countsOf(files);
    return Object.fromEntries(scan.classes.map((label) => [label, byLabel.get(label) ?? 0]));
  };
  io.out(
    JSON.stringify({
      root: scan.root,
      classes: scan.classes,
      splits: splits.map((subsets) => ({
        train: counts(subsets.train),
        val: counts(subsets.val),
        test: counts(subsets.test),
      })),
      duplicates: duplicates.map((group) => ({
        paths: group.map((file) => file.path),
        classes: labelsOf(group),
      })),
      notImages: scan.notImages,
      unreadable: scan.unreadable,
      outside: scan.outside,
      warnings,
      manifests,
      into: into ?? null,
    }),
  );
}
