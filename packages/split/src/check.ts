import { SplitError } from './errors.ts';
import { compareText, type LabelledFile } from './labelled-file.ts';

/** @throws {SplitError} OPTION_INVALID */
export function checkAmounts(options: {
  readonly seed: number;
  readonly val?: number | undefined;
  readonly test?: number | undefined;
}): void {
  const { seed, val, test } = options;
  if (!Number.isSafeInteger(seed)) {
    throw new SplitError('OPTION_INVALID', `seed: expected an integer, received ${seed}`);
  }
  checkAmount('val', val);
  checkAmount('test', test);
  if (val !== undefined && test !== undefined && val < 1 && test < 1 && val + test >= 1) {
    throw new SplitError(
      'OPTION_INVALID',
      `val and test: their fractions ${val} and ${test} leave nothing to train on`,
      { hint: 'Take fractions that add up to less than 1, as val: 0.2 and test: 0.1.' },
    );
  }
}

function checkAmount(name: string, amount: number | undefined): void {
  if (amount === undefined) return;
  const isFraction = amount > 0 && amount < 1;
  const isCount = amount >= 1 && Number.isSafeInteger(amount);
  if (!isFraction && !isCount) {
    throw new SplitError(
      'OPTION_INVALID',
      `${name}: expected a fraction between 0 and 1 or a whole number of images, received ${amount}`,
      { hint: `For a fifth of the images say ${name}: 0.2; for a hundred of them ${name}: 100.` },
    );
  }
}

/**
 * @param subsets how many subsets every class must be spread over
 * @returns images by class, classes sorted
 * @throws {SplitError} CLASSES_MISSING, CLASSES_TOO_FEW, CLASS_TOO_SMALL, PATH_DUPLICATE
 */
export function checkFiles(files: readonly LabelledFile[], subsets: number): Map<string, number> {
  const paths = new Set<string>();
  const counts = new Map<string, number>();
  for (const { path, label } of files) {
    if (paths.has(path)) {
      throw new SplitError('PATH_DUPLICATE', `'${path}' is listed twice`, {
        hint: 'List each file once.',
      });
    }
    paths.add(path);
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  const sizes = new Map([...counts].sort(([a], [b]) => compareText(a, b)));
  if (sizes.size === 0) {
    throw new SplitError('CLASSES_MISSING', 'there are no images to split', {
      hint: 'Put the images into one sub-folder a class.',
    });
  }
  if (sizes.size === 1) {
    throw new SplitError('CLASSES_TOO_FEW', `there is only one class, '${[...sizes.keys()][0]}'`, {
      hint: 'A classifier needs at least two: put the images of each class into a sub-folder of its own.',
    });
  }
  const small = [...sizes].filter(([, n]) => n < subsets);
  if (small.length > 0) {
    const list = small.map(([label, n]) => `'${label}' (${n})`).join(', ');
    throw new SplitError(
      'CLASS_TOO_SMALL',
      `${small.length === 1 ? 'a class has' : 'classes have'} too few images to be split in ${subsets}: ${list}`,
      {
        hint: `Every class needs at least ${subsets} images, and some dozens to learn from; add images, or leave the class out.`,
      },
    );
  }
  return sizes;
}

/**
 * The files of classes that all must have some.
 *
 * @param classes the names that the files' labels come from
 * @throws {SplitError} CLASS_EMPTY naming those without a file
 */
export function checkClasses(classes: readonly string[], files: readonly LabelledFile[]): void {
  const filled = new Set(files.map((file) => file.label));
  const empty = classes.filter((label) => !filled.has(label));
  if (empty.length === 0) return;
  throw new SplitError(
    'CLASS_EMPTY',
    `${empty.length === 1 ? 'a class has' : 'classes have'} no images: ${empty.map((label) => `'${label}'`).join(', ')}`,
    { hint: 'Add images or remove the folder.' },
  );
}
