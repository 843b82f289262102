import { describe, expect, it } from 'vitest';

import { sniffImageType } from './sniff.ts';

const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

describe('sniffImageType', () => {
  it.each([
    ['jpeg', '\xff\xd8\xff\xe0\0\x10JFIF\0'],
    ['jpeg', '\xff\xd8\xff\xdb'],
    ['png', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR'],
    ['webp', 'RIFF\x24\0\0\0WEBPVP8 '],
    ['gif', 'GIF89a\x01\0'],
    ['gif', 'GIF87a\x01\0'],
    ['bmp', 'BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'],
    ['tiff', 'II*\0\x08\0\0\0'],
    ['tiff', 'MM\0*\0\0\0\x08'],
    ['tiff', 'II+\0\x08\0\0\0'],
    ['avif', '\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B'],
    ['avif', '\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf'],
  ])('knows a %s', (type, head) => {
    expect(sniffImageType(latin(head))).toBe(type);
  });

  it.each([
    ['nothing', ''],
    ['one byte', '\xff'],
    ['text', 'BMW is a car maker from Munich.'],
    ['a PNG damaged by a text transfer', '\x89PNG\n\x1a\n\0\0\0\rIHDR'],
    ['a WAV sound', 'RIFF\x24\0\0\0WAVEfmt '],
    ['an MP4 film', '\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41'],
    ['a HEIC photo', '\0\0\0\x18ftypheic\0\0\0\0mif1heic'],
    ['a version that spells a brand', '\0\0\0\x14ftypisomavifisom'],
    ['an SVG drawing', '<svg xmlns="http://www.w3.org/2000/svg">'],
  ])('takes %s for no image', (_, head) => {
    expect(sniffImageType(latin(head))).toBeUndefined();
  });
});
