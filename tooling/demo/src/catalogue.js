/** @import { EmojiSet } from './vendors.js' */

/** Class folders, by the Unicode category that fills them. */
export const classes = /** @type {const} */ ({
  'Animals & Nature': 'animals-and-nature',
  'Food & Drink': 'food-and-drink',
  'Smileys & Emotion': 'smileys-and-emotion',
  'Travel & Places': 'travel-and-places',
});

/**
 * What Emoji One calls an emoji that Unicode has renamed since. That set alone lists no code
 * points, so its other icons are matched by name: both sides use Unicode's.
 *
 * @type {Readonly<Record<string, string>>}
 */
const olderNames = {
  bear: 'bear-face',
  'cat-with-tears-of-joy': 'cat-face-with-tears-of-joy',
  'cat-with-wry-smile': 'cat-face-with-wry-smile',
  'crying-cat': 'crying-cat-face',
  'enraged-face': 'pouting-face',
  'face-with-crossed-out-eyes': 'dizzy-face',
  frog: 'frog-face',
  'grinning-cat': 'grinning-cat-face',
  'grinning-cat-with-smiling-eyes': 'grinning-cat-face-with-smiling-eyes',
  hamster: 'hamster-face',
  'heart-exclamation': 'heavy-heart-exclamation',
  'kissing-cat': 'kissing-cat-face',
  lion: 'lion-face',
  panda: 'panda-face',
  'pouting-cat': 'pouting-cat-face',
  robot: 'robot-face',
  'smiling-cat-with-heart-eyes': 'smiling-cat-face-with-heart-eyes',
  'smiling-face-with-open-hands': 'hugging-face',
  unicorn: 'unicorn-face',
  'weary-cat': 'weary-cat-face',
};

/** Twenty-four dials that differ in their hands: one is enough. */
const clockFace = /^(?!three-oclock$).+-(oclock|thirty)$/;

/**
 * @typedef {object} Emoji
 * @property {string} name Unicode's short name, as `reference` spells it: the same for all vendors
 * @property {string} codepoints
 * @property {string} label its class folder
 */

/**
 * The emoji of the four classes, sorted by name. Names and categories are those of one set, so
 * that every vendor's drawing of an emoji gets the same name and the same class.
 *
 * @param {EmojiSet} reference
 * @param {number} [perClass] at most this many a class, spread over its category
 * @returns {Emoji[]}
 */
export function listEmoji(reference, perClass = Infinity) {
  const codepointsOf = new Map([...reference.nameOfCodepoints].map(([code, name]) => [name, code]));
  return Object.entries(classes)
    .flatMap(([category, label]) => {
      const emoji = (reference.categories[category] ?? [])
        .map((name) => ({ name, codepoints: codepointsOf.get(name) ?? '', label }))
        .filter(({ name, codepoints }) => codepoints !== '' && !clockFace.test(name));
      const stride = Math.max(1, emoji.length / perClass);
      return emoji.filter((_, i) => Math.floor(i / stride) > Math.floor((i - 1) / stride));
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * A vendor's drawing of an emoji; undefined where it has none.
 *
 * @param {EmojiSet} set
 * @param {Emoji} emoji
 */
export function findDrawing(set, emoji) {
  if (set.nameOfCodepoints.size > 0) {
    const name = set.nameOfCodepoints.get(emoji.codepoints);
    return name === undefined ? undefined : set.drawing(name);
  }
  return set.drawing(emoji.name) ?? set.drawing(olderNames[emoji.name] ?? '');
}
