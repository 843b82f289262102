import { byId, h } from '../lib/dom.ts';

/** Drawings of Twemoji (CC-BY 4.0), of whose hand the demo model has seen none. */
const samples = [
  'tiger',
  'strawberry',
  'sailboat',
  'smiling-face-with-sunglasses',
  'owl',
  'hamburger',
  'red-heart',
  'sunflower',
] as const;

/** The row of pictures to begin with. */
export function offerSamples(
  base: string,
  take: (name: string, blob: Blob) => void,
  fail: (error: unknown) => void,
): void {
  byId('samples').replaceChildren(
    ...samples.map((name) => {
      const url = `${base}samples/${name}.webp`;
      const words = name.replaceAll('-', ' ');
      const image = h('img', { src: url, alt: words, width: '96', height: '96' });
      const button = h('button', { type: 'button', class: 'sample' }, image);
      const load = async (): Promise<void> => {
        const response = await fetch(url);
        if (!response.ok) throw new Error(`The sample could not be fetched (${response.status})`);
        take(`${name}.webp`, await response.blob());
      };
      button.addEventListener('click', () => void load().catch(fail));
      return h('li', {}, button);
    }),
  );
}
