import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

import { resize } from '@resnet/image';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';

import { decodeFile, decodeImage } from './decode.ts';

interface Fixtures {
  readonly images: { name: string; width: number; height: number; offset: number }[];
  readonly refused: { name: string; length: number }[];
}

const folder = fileURLToPath(new URL('../../test/fixtures/images/', import.meta.url));
const fixtures: Fixtures = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
const expectedPixels = gunzipSync(readFileSync(join(folder, 'expected.bin.gz')));

/** Decoders of lossy formats may round differently; all others give the same bytes. */
const tolerance: Record<string, number> = { '444.avif': 4 };

describe("Pillow's pixels", () => {
  test.each(fixtures.images)('$name', async ({ name, width, height, offset }) => {
    const raster = await decodeFile(join(folder, name));
    expect([raster.width, raster.height]).toEqual([width, height]);
    expect(raster.data).toHaveLength(width * height * 3);
    const expected = expectedPixels.subarray(offset, offset + raster.data.length);
    let worst = 0;
    for (const [i, level] of raster.data.entries()) {
      worst = Math.max(worst, Math.abs(level - expected[i]!));
    }
    expect(worst).toBeLessThanOrEqual(tolerance[name] ?? 0);
  });
});

describe('cut off or damaged files are errors, as in Pillow', () => {
  test.each(fixtures.refused)('$length bytes of $name', async ({ name, length }) => {
    const bytes = readFileSync(join(folder, name)).subarray(0, length);
    await expect(decodeImage(bytes, { path: name })).rejects.toMatchObject({
      name: 'DecodeError',
      code: 'IMAGE_DAMAGED',
      message: expect.stringMatching(`^${name}: the \\w+ data is cut off or damaged \\(.+\\)$`),
    });
  });

  test('a broken checksum', async () => {
    await expect(decodeFile(join(folder, 'damaged.png'))).rejects.toMatchObject({
      code: 'IMAGE_DAMAGED',
    });
  });
});

test('colour profiles are not applied', async () => {
  const tagged = await sharp(join(folder, '444.jpg')).withIccProfile('p3').jpeg().toBuffer();
  const untagged = withoutProfile(tagged);
  expect(untagged.length).toBeLessThan(tagged.length);
  expect(await decodeImage(tagged)).toEqual(await decodeImage(untagged));
});

test.each([
  ['missing.jpg', 'FILE_UNREADABLE', 'no such file'],
  ['.', 'FILE_UNREADABLE', 'is a folder'],
  ['expected.json', 'FORMAT_UNKNOWN', 'not a JPEG, PNG, WebP, GIF, BMP, TIFF or AVIF image'],
])('%s: %s', async (name, code, reason) => {
  const path = join(folder, name);
  await expect(decodeFile(path)).rejects.toMatchObject({
    code,
    reason,
    message: `${path}: ${reason}`,
  });
});

test.each(['420.jpg', 'rgb.png'])('%s cut in its header: a reason that is whole', async (name) => {
  const head = readFileSync(join(folder, name)).subarray(0, 24);
  const decoding = decodeImage(head);
  await expect(decoding).rejects.toMatchObject({ code: 'IMAGE_DAMAGED' });
  await expect(decoding).rejects.toThrow(/\([^()]*[^:()\s]\)$/);
});

test('an empty file is called so', async () => {
  await expect(decodeImage(Buffer.alloc(0))).rejects.toMatchObject({
    code: 'FILE_EMPTY',
    message: 'the file is empty',
  });
});

test.each(['420.jpg', '24-bit.bmp', 'rgb.png'])('%s beyond the limit of pixels', async (name) => {
  const path = join(folder, name);
  await expect(decodeFile(path, { maxPixels: 767 })).rejects.toMatchObject({
    code: 'IMAGE_TOO_LARGE',
    message: `${path}: 32 x 24 pixels are more than the limit of 767`,
  });
  expect((await decodeFile(path, { maxPixels: 768 })).width).toBe(32);
});

test('an image that claims to be huge is refused before memory is asked for', async () => {
  const bytes = readFileSync(join(folder, '24-bit.bmp'));
  bytes.writeInt32LE(60_000, 18);
  bytes.writeInt32LE(60_000, 22);
  await expect(decodeImage(bytes)).rejects.toMatchObject({ code: 'IMAGE_TOO_LARGE' });
});

describe('reduceTo', () => {
  test.each([
    [24, 32, 24],
    [12, 16, 12],
    [7, 16, 12],
    [6, 8, 6],
    [1, 4, 3],
  ])('%s keeps the shorter edge at least that', async (reduceTo, width, height) => {
    for (const name of ['420.jpg', 'rgb.png']) {
      const raster = await decodeFile(join(folder, name), { reduceTo });
      expect([raster.width, raster.height]).toEqual([width, height]);
    }
    const turned = await decodeFile(join(folder, 'exif-6.jpg'), { reduceTo });
    expect([turned.width, turned.height]).toEqual([height, width]);
  });

  test.each(['rgb.png', '444.jpg'])('%s: about what a resize would give', async (name) => {
    const full = await decodeFile(join(folder, name));
    const half = await decodeFile(join(folder, name), { reduceTo: 12 });
    const expected = resize(full, { width: 16, height: 12, interpolation: 'bilinear' });
    let sum = 0;
    for (const [i, level] of half.data.entries()) sum += Math.abs(level - expected.data[i]!);
    // A JPEG is shrunk by dropping frequencies: near to averaging, and sharper.
    expect(sum / half.data.length).toBeLessThan(name === 'rgb.png' ? 1 : 5);
  });
});

test('names with spaces and other letters', async () => {
  const made = await mkdtemp(join(tmpdir(), 'zoë & 犬 '));
  const path = join(made, 'ein Bild é.png');
  await sharp(join(folder, 'rgb.png')).toFile(path);
  expect((await decodeFile(path)).height).toBe(24);
  await rm(made, { recursive: true });
});

/** A JPEG less its APP2 segments, where profiles are. */
function withoutProfile(jpeg: Buffer): Buffer {
  const parts = [jpeg.subarray(0, 2)];
  let at = 2;
  while (jpeg[at] === 0xff && jpeg[at + 1] !== 0xda) {
    const end = at + 2 + jpeg.readUInt16BE(at + 2);
    if (jpeg[at + 1] !== 0xe2) parts.push(jpeg.subarray(at, end));
    at = end;
  }
  return Buffer.concat([...parts, jpeg.subarray(at)]);
}
