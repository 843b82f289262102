import { h } from '../../dom.ts';
import { byId } from '../lib/dom.ts';

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

/** Pixels of a sample's side. */
const side = 320;

/** The row of pictures to begin with. */
export function offerSamples(
  base: string,
  take: (name: string, blob: Blob) => void,
  fail: (error: unknown) => void,
): void {
  byId('samples').replaceChildren(
    ...samples.map((name) => {
      const image = h('img', {
        src: `${base}samples/${name}.svg`,
        alt: name.replaceAll('-', ' '),
        width: '96',
        height: '96',
      });
      const button = h('button', { type: 'button', class: 'sample' }, image);
      const choose = async (): Promise<void> => take(`${name}.png`, await pixels(image));
      button.addEventListener('click', () => void choose().catch(fail));
      return h('li', {}, button);
    }),
  );
}

/** A drawing as a PNG: what is classified is always pixels. */
async function pixels(image: HTMLImageElement): Promise<Blob> {
  await image.decode();
  const canvas = new OffscreenCanvas(side, side);
  canvas.getContext('2d')?.drawImage(image, 0, 0, side, side);
  return canvas.convertToBlob();
}
