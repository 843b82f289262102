import type { PlaceMode } from '@resnet/data';
import { type Command, Option } from 'commander';

import { integer, pattern, fractionOrCount } from '../../options/parse-option.ts';

// Not from @resnet/data: `--help` should not load sharp.
const placeModes = ['copy', 'hardlink', 'symlink'] as const satisfies readonly PlaceMode[];

export interface SplitCommandOptions {
  readonly val?: number;
  readonly test?: number;
  readonly folds?: number;
  readonly groupBy?: RegExp;
  readonly seed?: number;
  readonly out?: string;
  readonly into?: string;
  readonly mode?: PlaceMode;
  readonly force?: boolean;
  readonly json?: boolean;
}

export function declareSplit(program: Command): Command {
  return program
    .command('split')
    .summary('split a folder of images into train, val and test')
    .description(
      'Splits the images of DIR, one sub-folder a class, into subsets with the same mix of ' +
        'classes. Writes a manifest (split.json) for `resnet train` and touches nothing else; ' +
        'with --into, makes train/ and val/ folders. Images are known by content, not by name; ' +
        'copies of one image stay in one subset.',
    )
    .argument('<dir>', 'folder of class folders')
    .optionsGroup('Subsets:')
    .option(
      '--val <fraction>',
      'for validation: a fraction of each class, or a count in all (default: 0.2)',
      fractionOrCount,
    )
    .option('--test <fraction>', 'for a test subset, likewise (default: none)', fractionOrCount)
    .addOption(
      new Option('--folds <k>', 'k splits for cross-validation, each fold being val once')
        .argParser(integer(2))
        .conflicts('val'),
    )
    .option(
      '--group-by <regex>',
      'images whose paths match alike (first group) stay in one subset',
      pattern,
    )
    .option('--seed <n>', 'another split of the same sizes (default: 0)', integer(0, 0xffffffff))
    .optionsGroup('Result:')
    .option('--out <file>', 'where the manifest goes (default: split.json, unless --into)')
    .option('--into <folder>', 'make folders of the subsets there, for other tools too')
    .addOption(
      new Option('--mode <how>', 'how files get there (default: copy)').choices(placeModes),
    )
    .option('--force', 'replace what an earlier split made there; never removes anything else')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  $ resnet split images/
  $ resnet split images/ --val 0.2 --test 0.1 --seed 1
  $ resnet split scans/ --group-by 'patient-(\\d+)'
  $ resnet split images/ --folds 5 --out folds.json
  $ resnet split images/ --into dataset/ --mode symlink`,
    );
}
