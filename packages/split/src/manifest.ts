import { SplitError } from './errors.ts';
import type { LabelledFile, Subsets } from './labelled-file.ts';

/** How a split was asked for; written down so that it can be repeated. */
export interface ManifestOptions {
  readonly seed: number;
  readonly val?: number | undefined;
  readonly test?: number | undefined;
  /** The source of the pattern on the paths. */
  readonly groupBy?: string | undefined;
  /** Which fold of how many this is: `index` from 1 to `of`. */
  readonly fold?: { readonly index: number; readonly of: number } | undefined;
}

/** What split.json says: who trains on what. */
export interface SplitManifest {
  readonly version: 1;
  /** The folder that the paths are relative to; itself relative to the manifest's, or absolute. */
  readonly root: string;
  /** A class's place here is its number in the model. */
  readonly classes: readonly string[];
  readonly options: ManifestOptions;
  readonly files: Subsets;
}

const subsetNames = ['train', 'val', 'test'] as const;

/**
 * The text of a split.json: a line a file, under its subset and class, so that it can be read,
 * edited and compared. Ends with a newline.
 */
export function formatManifest(manifest: SplitManifest): string {
  const { version, root, classes, options, files } = manifest;
  const bySubset = Object.fromEntries(
    subsetNames.map((subset) => [subset, byClass(files[subset], classes)]),
  );
  return `${JSON.stringify({ version, root, classes, options, files: bySubset }, undefined, 1)}\n`;
}

function byClass(
  files: readonly LabelledFile[],
  classes: readonly string[],
): Record<string, string[]> {
  const lists = new Map<string, string[]>(classes.map((label) => [label, []]));
  for (const { path, label } of files) lists.get(label)?.push(path);
  return Object.fromEntries([...lists].filter(([, paths]) => paths.length > 0));
}

/**
 * Reads and checks a split.json: at least two classes, something to train on, no path listed twice
 * and none that leaves the root.
 *
 * @param text the file's content
 * @throws {SplitError} MANIFEST_INVALID, saying where and what was expected
 */
export function parseManifest(text: string): SplitManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw bad(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  const manifest = asObject(json, 'it');
  if (manifest.version !== 1) {
    throw bad(
      `version: expected 1, received ${show(manifest.version)}`,
      'A newer resnet may have written it; otherwise make it again with `resnet split`.',
    );
  }
  if (typeof manifest.root !== 'string' || manifest.root === '') {
    throw bad(`root: expected a path, received ${show(manifest.root)}`);
  }
  const classes = parseClasses(manifest.classes);
  return {
    version: 1,
    root: manifest.root,
    classes,
    options: parseOptions(manifest.options),
    files: parseFiles(manifest.files, classes),
  };
}

function parseClasses(value: unknown): string[] {
  const classes: unknown[] = Array.isArray(value) ? value : [];
  if (!Array.isArray(value) || !classes.every((label) => typeof label === 'string')) {
    throw bad(`classes: expected a list of names, received ${show(value)}`);
  }
  if (classes.length < 2) throw bad(`classes: expected two at least, received ${classes.length}`);
  const twice = classes.find((label, i) => classes.indexOf(label) !== i);
  if (twice !== undefined) throw bad(`classes: '${twice}' is listed twice`);
  return classes;
}

function parseOptions(value: unknown): ManifestOptions {
  const { seed, val, test, groupBy, fold } = asObject(value, 'options');
  if (groupBy !== undefined && typeof groupBy !== 'string') {
    throw bad(`options.groupBy: expected a pattern, received ${show(groupBy)}`);
  }
  return {
    seed: asNumber(seed, 'options.seed'),
    ...(val !== undefined && { val: asNumber(val, 'options.val') }),
    ...(test !== undefined && { test: asNumber(test, 'options.test') }),
    ...(groupBy !== undefined && { groupBy }),
    ...(fold !== undefined && { fold: parseFold(fold) }),
  };
}

function parseFold(value: unknown): { index: number; of: number } {
  const { index, of } = asObject(value, 'options.fold');
  return {
    index: asNumber(index, 'options.fold.index'),
    of: asNumber(of, 'options.fold.of'),
  };
}

function parseFiles(value: unknown, classes: readonly string[]): Subsets {
  const files = asObject(value, 'files');
  const unknown = Object.keys(files).find((subset) => !subsetNames.some((name) => name === subset));
  if (unknown !== undefined) {
    throw bad(`files: expected ${subsetNames.join(', ')}, received '${unknown}'`);
  }
  const seen = new Map<string, string>();
  const known = new Set(classes);
  const parseSubset = (subset: string): LabelledFile[] => {
    const byLabel = asObject(files[subset] ?? {}, `files.${subset}`);
    return Object.entries(byLabel).flatMap(([label, paths]) => {
      const where = `files.${subset}['${label}']`;
      if (!known.has(label)) throw bad(`${where}: '${label}' is not among the classes`);
      if (!Array.isArray(paths)) throw bad(`${where}: expected a list, received ${show(paths)}`);
      return paths.map((path: unknown): LabelledFile => {
        if (typeof path !== 'string' || !staysInside(path)) {
          throw bad(`${where}: expected a path inside the root, received ${show(path)}`);
        }
        const before = seen.get(path);
        if (before !== undefined) {
          throw bad(
            `${where}: '${path}' is listed before, in ${before}`,
            'A file in two subsets makes the result look better than it is: keep it in one.',
          );
        }
        seen.set(path, where);
        return { path, label };
      });
    });
  };
  const subsets = {
    train: parseSubset('train'),
    val: parseSubset('val'),
    test: parseSubset('test'),
  };
  if (subsets.train.length === 0) throw bad('files.train: expected images, received none');
  return subsets;
}

function staysInside(path: string): boolean {
  return (
    path !== '' &&
    !/^([/\\]|[A-Za-z]:[/\\])/.test(path) &&
    !path.split('/').some((step) => step === '..')
  );
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`${where}: expected an object, received ${show(value)}`);
  }
  return Object.fromEntries(Object.entries(value));
}

function asNumber(value: unknown, where: string): number {
  if (typeof value !== 'number') {
    throw bad(`${where}: expected a number, received ${show(value)}`);
  }
  return value;
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function bad(
  problem: string,
  hint = 'Make it again with `resnet split`, or fix that place.',
): SplitError {
  return new SplitError('MANIFEST_INVALID', `the split manifest cannot be used: ${problem}`, {
    hint,
  });
}
