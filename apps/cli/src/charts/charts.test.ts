import type { HistoryRow } from '@resnet/trainer';
import { describe, expect, it } from 'vitest';

import { drawConfusionMatrix } from './confusion-matrix.ts';
import { drawCurves } from './curves.ts';
import { shorten } from './theme.ts';

function rows(count: number): HistoryRow[] {
  return Array.from({ length: count }, (_, i) => ({
    epoch: i + 1,
    trainLoss: 2 / (i + 1),
    trainTop1: 1 - 0.5 / (i + 1),
    valLoss: 2.2 / (i + 1),
    valTop1: 0.9 - 0.5 / (i + 1),
    learningRate: 0.1,
    imagesPerSecond: 100,
    seconds: 1,
    dataWaitFraction: 0,
  }));
}

/** sharp parses the SVG as XML: names with markup must be escaped. */
async function rendered(svg: string): Promise<{ width: number; height: number }> {
  const { default: sharp } = await import('sharp');
  const { info } = await sharp(Buffer.from(svg)).png().toBuffer({ resolveWithObject: true });
  return info;
}

describe('drawCurves', () => {
  it.each([1, 2, 40])('draws %d epochs', async (count) => {
    const svg = drawCurves(rows(count), 'a <run> & "more"');
    expect(await rendered(svg)).toMatchObject({ width: 960, height: 420 });
    expect(svg).toContain('Top-1 accuracy');
    expect(svg).toContain(`epoch ${count}`);
  });
});

describe('drawConfusionMatrix', () => {
  it.each([2, 30, 100, 300])('draws %d classes', async (count) => {
    const matrix = Array.from({ length: count }, (_, i) =>
      Array.from({ length: count }, (_, j) => (i === j ? 97 : Number(j === 0))),
    );
    const labels = matrix.map((_, i) => `<class> & "${i}" of a very long kind indeed`);
    const svg = drawConfusionMatrix(matrix, labels, 'Validation');
    const { width, height } = await rendered(svg);
    expect(Math.max(width, height)).toBeLessThan(1600);
    // Numbers as long as they fit.
    expect(svg.includes('>97<')).toBe(count <= 30);
  });

  it('draws a run without validation', async () => {
    const history = rows(3).map(({ valLoss: _loss, valTop1: _top1, ...row }) => row);
    expect(await rendered(drawCurves(history, 'x'))).toMatchObject({ width: 960 });
  });

  it('draws a class without images', () => {
    expect(
      drawConfusionMatrix(
        [
          [0, 0],
          [0, 0],
        ],
        ['a', 'b'],
        'x',
      ),
    ).toContain('no images');
  });
});

it('shortens labels in the middle, by characters', () => {
  expect(shorten('short', 10)).toBe('short');
  expect(shorten('golden retriever puppies', 12)).toBe('golden r…ies');
  expect(Array.from(shorten('😀'.repeat(30), 10))).toHaveLength(10);
});
