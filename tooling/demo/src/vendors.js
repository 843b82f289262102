import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** The emoji sets, by the short name that starts their images' file names. */
export const vendors = /** @type {const} */ ({
  emojione: '@iconify-json/emojione',
  fluent: '@iconify-json/fluent-emoji-flat',
  noto: '@iconify-json/noto',
  openmoji: '@iconify-json/openmoji',
  twemoji: '@iconify-json/twemoji',
});

/** @typedef {keyof typeof vendors} Vendor */

/** @param {string} name @returns {name is Vendor} */
export function isVendor(name) {
  return Object.hasOwn(vendors, name);
}

/**
 * @typedef {object} EmojiSet one vendor's drawings
 * @property {Vendor} vendor
 * @property {string} package the npm package, with its version
 * @property {{ name: string, author: string, url: string, license: string, licenseUrl: string }} info
 * @property {ReadonlyMap<string, string>} nameOfCodepoints icon name by code points ('1f408-200d-2b1b');
 *   empty where the set does not say
 * @property {Readonly<Record<string, readonly string[]>>} categories icon names by category
 * @property {(name: string) => Drawing | undefined} drawing
 */

/**
 * @typedef {object} Drawing the inside of an <svg>, and its view box
 * @property {string} body
 * @property {number} left
 * @property {number} top
 * @property {number} width
 * @property {number} height
 */

/**
 * @param {Vendor} vendor
 * @returns {Promise<EmojiSet>}
 */
export async function loadEmojiSet(vendor) {
  const name = vendors[vendor];
  const [manifest, info, chars, metadata, icons] = await Promise.all(
    ['package', 'info', 'chars', 'metadata', 'icons'].map(async (file) =>
      JSON.parse(await readFile(require.resolve(`${name}/${file}.json`), 'utf8')),
    ),
  );
  return {
    vendor,
    package: `${name}@${manifest.version}`,
    info: {
      name: info.name,
      author: info.author.name,
      url: info.author.url,
      license: info.license.spdx,
      licenseUrl: info.license.url,
    },
    nameOfCodepoints: new Map(
      Object.entries(chars).map(([codepoints, icon]) => [withoutVariation(codepoints), icon]),
    ),
    categories: metadata.categories,
    drawing(icon) {
      const found = icons.icons[icon];
      if (found === undefined) return undefined;
      const { left = 0, top = 0, width = icons.width ?? 16, height = icons.height ?? 16 } = icons;
      return { left, top, width, height, ...found };
    },
  };
}

/** Sets disagree on writing U+FE0F ("as emoji"); no two emoji differ in it alone. */
function withoutVariation(/** @type {string} */ codepoints) {
  return codepoints.replaceAll('-fe0f', '');
}
