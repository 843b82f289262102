import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { Random } from '@resnet/random';
import sharp from 'sharp';

import { findDrawing, listEmoji } from './catalogue.js';
import { licencesText } from './licences.js';
import { randomPicture, render } from './picture.js';
import { loadEmojiSet, vendors as knownVendors } from './vendors.js';

/** @import { EmojiSet, Vendor } from './vendors.js' */

/** Raise it when pictures are drawn differently: demo data made earlier are then made again. */
const recipeVersion = 1;

/** For `--group-by`: the emoji's name, whoever drew it. */
export const groupPattern = '--(.+)\\.';

/** @typedef {{ path: string, bytes: number }} MadeFile */

/**
 * Renders emoji into labelled folders: `photos/<class>/<vendor>--<emoji>.png|jpg` to train on, and
 * `my-own-pictures/<class>/...` by a vendor that is kept apart. The same options give the same
 * files; a folder that is already complete is left as it is. Never removes a file it did not make.
 *
 * @param {object} options
 * @param {string} options.into the folder; made when missing
 * @param {readonly Vendor[]} [options.vendors] who draws `photos`
 * @param {Vendor} [options.own] who draws `my-own-pictures`
 * @param {number} [options.seed] sizes, backgrounds, formats
 * @param {(done: number, total: number) => void} [options.onProgress]
 * @returns {Promise<{ made: boolean, photos: Record<string, number>, own: Record<string, number> }>}
 *   whether anything had to be made, and images by class
 */
export async function makeDemoData({
  into,
  vendors = ['emojione', 'fluent', 'noto', 'twemoji'],
  own = 'openmoji',
  seed = 0,
  onProgress = () => {},
}) {
  checkVendors(vendors, own);
  const sets = await Promise.all([...vendors, own].map(loadEmojiSet));
  const reference = sets.find((set) => set.vendor === 'noto') ?? (await loadEmojiSet('noto'));
  const recipe = hashOf({
    recipeVersion,
    seed,
    vendors,
    own,
    sharp: sharp.versions.sharp,
    packages: sets.map((set) => set.package),
  });

  const stamp = join(into, 'made.json');
  const before = await readStamp(stamp);
  if (before?.recipe === recipe && (await allPresent(into, before.files))) {
    return { made: false, ...counts(before.files) };
  }

  await mkdir(into, { recursive: true });
  const workshop = await mkdtemp(join(into, '.making-'));
  try {
    const files = await drawAll({ workshop, sets, reference, own, seed, onProgress });
    await removeMade(into, before?.files ?? []);
    for (const folder of ['photos', 'my-own-pictures']) {
      if (existsSync(join(into, folder))) {
        throw new Error(
          `${join(into, folder)} holds files that the demo did not make; move them away, or make the demo data in another folder`,
        );
      }
    }
    for (const folder of ['photos', 'my-own-pictures']) {
      await rename(join(workshop, folder), join(into, folder));
    }
    await writeFile(join(into, 'LICENSES.md'), licencesText(sets, own));
    // The stamp comes last, as a whole: without it the next run starts again.
    await writeFile(join(workshop, 'made.json'), `${JSON.stringify({ recipe, files })}\n`);
    await rename(join(workshop, 'made.json'), stamp);
    return { made: true, ...counts(files) };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/**
 * @param {{ workshop: string, sets: readonly EmojiSet[], reference: EmojiSet, own: Vendor, seed: number, onProgress: (done: number, total: number) => void }} options
 * @returns {Promise<MadeFile[]>}
 */
async function drawAll({ workshop, sets, reference, own, seed, onProgress }) {
  const emoji = listEmoji(reference);
  const random = new Random(seed);
  const tasks = sets.flatMap((set) =>
    emoji.flatMap((one) => {
      const drawing = findDrawing(set, one);
      if (drawing === undefined) return [];
      // A generator for each picture: choosing other vendors changes no picture of this one.
      const picture = randomPicture(random.fork(`${set.vendor}/${one.name}`));
      const folder = set.vendor === own ? 'my-own-pictures' : 'photos';
      const path = `${folder}/${one.label}/${set.vendor}--${one.name}.${picture.format}`;
      return [{ path, drawing, picture }];
    }),
  );
  for (const folder of new Set(tasks.map((task) => dirname(task.path)))) {
    await mkdir(join(workshop, folder), { recursive: true });
  }
  /** @type {MadeFile[]} */
  const files = [];
  let next = 0;
  const worker = async () => {
    for (let task = tasks[next++]; task !== undefined; task = tasks[next++]) {
      const bytes = await render(task.drawing, task.picture);
      await writeFile(join(workshop, task.path), bytes);
      files.push({ path: task.path, bytes: bytes.length });
      onProgress(files.length, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** @param {readonly Vendor[]} vendors @param {Vendor} own */
function checkVendors(vendors, own) {
  const unknown = [...vendors, own].find((vendor) => !Object.hasOwn(knownVendors, vendor));
  if (unknown !== undefined) {
    throw new RangeError(
      `no emoji set is called '${unknown}': take ${Object.keys(knownVendors).join(', ')}`,
    );
  }
  if (vendors.length === 0 || new Set([...vendors, own]).size !== vendors.length + 1) {
    throw new RangeError(
      `the vendors to train on (${vendors.join(', ')}) and the one kept apart (${own}) must be at least one and all different`,
    );
  }
}

/**
 * @param {string} path
 * @returns {Promise<{ recipe: string, files: MadeFile[] } | undefined>}
 */
async function readStamp(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined; // Missing or damaged: nothing is known to be ours.
  }
}

/** @param {string} into @param {readonly MadeFile[]} files */
async function allPresent(into, files) {
  const present = await Promise.all(
    files.map(({ path, bytes }) =>
      stat(join(into, path)).then(
        (found) => found.size === bytes,
        () => false,
      ),
    ),
  );
  return present.every(Boolean);
}

/** @param {string} into @param {readonly MadeFile[]} files */
async function removeMade(into, files) {
  await Promise.all(files.map(({ path }) => rm(join(into, path), { force: true })));
  const folders = new Set(files.flatMap(({ path }) => [dirname(path), dirname(dirname(path))]));
  for (const folder of [...folders].sort((a, b) => b.length - a.length)) {
    await rmdir(join(into, folder)).catch(() => {}); // Not empty: someone else's files are in it.
  }
}

/** @param {readonly MadeFile[]} files */
function counts(files) {
  /** @type {{ photos: Record<string, number>, own: Record<string, number> }} */
  const result = { photos: {}, own: {} };
  for (const { path } of files) {
    const [folder, label = ''] = path.split('/');
    const group = folder === 'photos' ? result.photos : result.own;
    group[label] = (group[label] ?? 0) + 1;
  }
  return result;
}

/** @param {unknown} value */
function hashOf(value) {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);
}
