/** @import { EmojiSet } from './vendors.js' */

/**
 * The text that accompanies the images: whose they are, and under which licence.
 *
 * @param {readonly EmojiSet[]} sets
 * @param {string} own the set held out
 */
export function licencesText(sets, own) {
  const rows = sets.map(({ vendor, info, package: source }) => {
    const folder = vendor === own ? 'my-own-images' : 'photos';
    return `| ${vendor} | \`${folder}/*/${vendor}--*\` | [${info.author}](${info.url}) | [${info.license}](${info.licenseUrl}) | ${source} |`;
  });
  return `# Licences of the demo images

The images are emoji by the vendors below, rendered at several sizes on white and
otherwise unchanged. Each keeps its vendor's licence: passing images on needs the vendor's name,
and images under CC-BY-SA stay under that licence.

| Vendor | Files | Author | Licence | Package |
| --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
