import { dirname, relative, sep } from 'node:path';

import { formatManifest, type LabelledFile } from '@resnet/split';

import type { Dataset, Example } from '@resnet/data';
import type { TrainSettings } from './settings.ts';

/**
 * The manifest of what a run trains on, kept in its folder: whatever happens to the data folder
 * later, a resumed run goes on with the same images in the same order, and `evaluate` finds the
 * validation images again.
 */
export function runManifest(dataset: Dataset, settings: TrainSettings): string {
  const subsets = [dataset.train, dataset.val, dataset.test];
  const root = commonFolder(subsets.flat().map(({ path }) => path));
  const listed = (examples: readonly Example[]): LabelledFile[] =>
    examples.map(({ path, label }) => ({
      path: relative(root, path).split(sep).join('/'),
      label: dataset.classes[label] ?? String(label),
    }));
  return formatManifest({
    version: 1,
    root,
    classes: dataset.classes,
    options: {
      seed: settings.seed,
      val: settings.val,
      ...(settings.groupBy !== undefined && { groupBy: settings.groupBy }),
    },
    files: {
      train: listed(dataset.train),
      val: listed(dataset.val),
      test: listed(dataset.test),
    },
  });
}

/** The deepest folder that holds all of the files, given by absolute paths. */
export function commonFolder(paths: readonly string[]): string {
  let [folder = sep] = paths.map(dirname);
  for (const path of paths) {
    while (path !== folder && !path.startsWith(folder.endsWith(sep) ? folder : folder + sep)) {
      folder = dirname(folder);
    }
  }
  return folder;
}
