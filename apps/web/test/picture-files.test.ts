import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, test } from 'vitest';

import { inspectPicture } from '../src/worker/picture-file.ts';
import { checkSize } from '../src/worker/picture-size.ts';

const folder = fileURLToPath(new URL('./fixtures/', import.meta.url));
const bytesOf = (name: string): Buffer<ArrayBuffer> =>
  Buffer.from(readFileSync(`${folder}images/${name}`));
const answers: Record<string, { width: number; height: number }> = JSON.parse(
  readFileSync(`${folder}answers.json`, 'utf8'),
);
/** EXIF may turn a picture: the file tells the edges only. */
const edges = (a: number, b: number): number[] => [Math.min(a, b), Math.max(a, b)];

const names = readdirSync(`${folder}images`);

describe('what a file tells before it is decoded', () => {
  test.each(names)('%s is whole, and as large as Pillow says', async (name) => {
    const { problem, size } = await inspectPicture(new Blob([bytesOf(name)]));
    expect(problem).toBeUndefined();
    const { width, height } = answers[name]!;
    // AVIF has its size in boxes that are not read.
    const expected = name.endsWith('.avif') ? undefined : edges(width, height);
    expect(size && edges(size.width, size.height)).toEqual(expected);
  });

  test.each(names.filter((name) => /\.(jpg|png|webp|bmp)$/.test(name)))(
    '%s is refused when it is cut off',
    async (name) => {
      const bytes = bytesOf(name);
      for (const share of [0.3, 0.6, 0.9]) {
        const cut = bytes.subarray(0, Math.floor(share * bytes.length));
        const { problem } = await inspectPicture(new Blob([cut]));
        expect(problem, `${share} of it`).toContain('cut off');
      }
    },
  );

  test('a JPEG whose preview is whole, but not the picture, is cut off', async () => {
    const preview = bytesOf('grey.jpg');
    const marker = Buffer.from([0xff, 0xe1, 0, 0]);
    marker.writeUInt16BE(preview.length + 2, 2);
    const picture = bytesOf('full-chroma.jpg');
    const whole = Buffer.concat([picture.subarray(0, 2), marker, preview, picture.subarray(2)]);
    expect((await inspectPicture(new Blob([whole]))).problem).toBeUndefined();
    const { problem, size } = await inspectPicture(new Blob([whole.subarray(0, -200)]));
    expect(problem).toBe('the JPEG file is cut off');
    expect(size).toBeUndefined();
  });

  test('what follows the end does no harm', async () => {
    const blob = new Blob([bytesOf('exif-1.jpg'), new Uint8Array(1000)]);
    expect((await inspectPicture(blob)).problem).toBeUndefined();
  });

  test.each([
    ['a page', '<!doctype html><p>', 'no picture that browsers know'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg"/>', 'no picture that browsers know'],
    ['a TIFF', 'II*\0rest of it', 'browsers do not read TIFF'],
    ['two bytes', 'BM', 'cut off'],
  ])('%s', async (_, text, message) => {
    expect((await inspectPicture(new Blob([text]))).problem).toContain(message);
  });
});

test('pictures that would take all memory are refused by what they claim', async () => {
  const png = Buffer.from(bytesOf('alpha.png'));
  png.writeUInt32BE(60_000, 16);
  png.writeUInt32BE(60_000, 20);
  const { size } = await inspectPicture(new Blob([png]));
  expect(size).toEqual({ width: 60_000, height: 60_000 });
  expect(() => checkSize(size!)).toThrow('at most 178956970 pixels, received 60000 x 60000');
  expect(() => checkSize({ width: 60_000, height: 2 })).toThrow('5000 times as long as wide');
  expect(() => checkSize({ width: 12_000, height: 9000 })).not.toThrow();
});
