import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

import { Random } from '@resnet/random';
import sharp from 'sharp';

import { findDrawing, listEmoji } from './catalogue.js';
import { licencesText } from './licences.js';
import { randomImage, render } from './image.js';
import { isVendor, loadEmojiSet, vendors as knownVendors } from './vendors.js';

/**
 * @import { Emoji } from './catalogue.js'
 * @import { EmojiSet, Vendor } from './vendors.js'
 */

/** Raise it when images are drawn differently: demo data made earlier are then made again. */
const recipeVersion = 1;

/** For `--group-by`: the emoji's name, whoever drew it. */
export const groupPattern = '--(.+)\\.';

/** Begins the name of the folder that images are made in; the process number follows. */
const workshopPrefix = '.making-';

const folders = ['photos', 'my-own-images'];

/** @typedef {{ path: string, bytes: number }} MadeFile */

/**
 * Renders emoji into labelled folders: `photos/<class>/<vendor>--<emoji>.png|jpg` to train on, and
 * `my-own-images/<class>/...` by a vendor that is held out. The same options give the same
 * files; a folder that is already complete is left as it is. Never removes a file it did not make.
 *
 * @param {object} options
 * @param {string} options.into the folder; made when missing
 * @param {readonly string[]} [options.vendors] who draws `photos`: see `vendors.js`
 * @param {string} [options.own] who draws `my-own-images`
 * @param {number} [options.perClass] at most this many emoji a class, for a quick try; all by default
 * @param {number} [options.seed] sizes, places, formats
 * @param {(done: number, total: number) => void} [options.onProgress]
 * @returns {Promise<{ made: boolean, photos: Record<string, number>, own: Record<string, number> }>}
 *   whether anything had to be made, and images by class
 */
export async function makeDemoData({
  into,
  vendors = ['emojione', 'fluent', 'noto', 'openmoji'],
  own = 'twemoji',
  perClass = Infinity,
  seed = 0,
  onProgress = () => {},
}) {
  const names = checkVendors([...vendors, own]);
  const sets = await Promise.all(names.map(loadEmojiSet));
  const reference = sets.find((set) => set.vendor === 'noto') ?? (await loadEmojiSet('noto'));
  const recipe = hashOf({
    recipeVersion,
    seed,
    vendors,
    own,
    perClass: String(perClass),
    sharp: sharp.versions.sharp,
    packages: sets.map((set) => set.package),
  });

  const present = await complete(into, recipe);
  if (present !== undefined) return { made: false, ...counts(present) };
  await refuseForeign(into);

  const emoji = listEmoji(reference, perClass);
  await mkdir(into, { recursive: true });
  await sweepKilled(into);
  const workshop = join(into, `${workshopPrefix}${process.pid}`);
  await mkdir(workshop);
  try {
    const files = await drawAll({ workshop, sets, emoji, own, seed, onProgress });
    const meanwhile = await complete(into, recipe);
    if (meanwhile !== undefined) return { made: false, ...counts(meanwhile) };
    await refuseForeign(into);
    await removeMade(into, (await readStamp(into))?.files ?? []);
    await writeFile(join(into, 'LICENSES.md'), licencesText(sets, own));
    // The stamp goes first, so that whatever a cut leaves behind is known to be ours.
    await writeFile(join(workshop, 'made.json'), `${JSON.stringify({ recipe, files })}\n`);
    await rename(join(workshop, 'made.json'), join(into, 'made.json'));
    for (const folder of folders) await rename(join(workshop, folder), join(into, folder));
    return { made: true, ...counts(files) };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

/**
 * @param {{ workshop: string, sets: readonly EmojiSet[], emoji: readonly Emoji[], own: string, seed: number, onProgress: (done: number, total: number) => void }} options
 * @returns {Promise<MadeFile[]>}
 */
async function drawAll({ workshop, sets, emoji, own, seed, onProgress }) {
  const random = new Random(seed);
  const tasks = sets.flatMap((set) =>
    emoji.flatMap((one) => {
      const drawing = findDrawing(set, one);
      if (drawing === undefined) return [];
      // A generator for each image: choosing other vendors changes no image of this one.
      const image = randomImage(random.fork(`${set.vendor}/${one.name}`));
      const folder = set.vendor === own ? 'my-own-images' : 'photos';
      const path = `${folder}/${one.label}/${set.vendor}--${one.name}.${image.format}`;
      return [{ path, drawing, image }];
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
      const bytes = await render(task.drawing, task.image);
      await writeFile(join(workshop, task.path), bytes);
      files.push({ path: task.path, bytes: bytes.length });
      onProgress(files.length, tasks.length);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * @param {readonly string[]} names
 * @returns {Vendor[]}
 */
function checkVendors(names) {
  const known = names.filter(isVendor);
  if (known.length < names.length) {
    const unknown = names.find((name) => !isVendor(name));
    throw new RangeError(
      `no emoji set is called '${unknown}': take ${Object.keys(knownVendors).join(', ')}`,
    );
  }
  if (known.length < 2 || new Set(known).size < known.length) {
    throw new RangeError(
      `expected one or more vendors to train on and another to keep apart, all different, received ${names.join(', ')}`,
    );
  }
  return known;
}

/**
 * @param {string} into
 * @returns {Promise<{ recipe: string, files: MadeFile[] } | undefined>}
 */
async function readStamp(into) {
  try {
    return JSON.parse(await readFile(join(into, 'made.json'), 'utf8'));
  } catch {
    return undefined; // Missing or damaged: nothing is known to be ours.
  }
}

/**
 * @param {string} into
 * @param {string} recipe
 * @returns {Promise<MadeFile[] | undefined>} the files, where all of this recipe are there
 */
async function complete(into, recipe) {
  const stamp = await readStamp(into);
  if (stamp?.recipe !== recipe) return undefined;
  const present = await Promise.all(
    stamp.files.map(({ path, bytes }) =>
      stat(join(into, path)).then(
        (found) => found.size === bytes,
        () => false,
      ),
    ),
  );
  return present.every(Boolean) ? stamp.files : undefined;
}

/**
 * Before anything is removed: is all that would be replaced ours?
 *
 * @param {string} into
 */
async function refuseForeign(into) {
  const ours = new Set((await readStamp(into))?.files.map(({ path }) => path));
  for (const folder of folders) {
    const entries = await readdir(join(into, folder), {
      recursive: true,
      withFileTypes: true,
    }).catch(() => []);
    for (const entry of entries) {
      const path = relative(into, join(entry.parentPath, entry.name)).split(sep).join('/');
      if (!entry.isDirectory() && !ours.has(path)) {
        throw new Error(
          `${join(into, path)} was not made by the demo and would be in the way: move it, or make the demo data in another folder`,
        );
      }
    }
  }
}

/**
 * Removes what killed runs left.
 *
 * @param {string} into
 */
async function sweepKilled(into) {
  for (const name of await readdir(into)) {
    const pid = Number(name.slice(workshopPrefix.length));
    if (!name.startsWith(workshopPrefix) || !(pid > 0)) continue;
    if (pid === process.pid || !isAlive(pid)) await rm(join(into, name), { recursive: true });
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** @param {string} into @param {readonly MadeFile[]} files */
async function removeMade(into, files) {
  await Promise.all(files.map(({ path }) => rm(join(into, path), { force: true })));
  const emptied = new Set(files.flatMap(({ path }) => [dirname(path), dirname(dirname(path))]));
  for (const folder of [...emptied].sort((a, b) => b.length - a.length)) {
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
