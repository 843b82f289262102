import { describe, expect, test } from 'vitest';

import { arrange, csvRows, filtersOf } from './arrange.ts';
import type { Picture } from './picture-list.ts';

function picture(id: number, name: string, ...probabilities: readonly [string, number][]): Picture {
  return {
    id,
    name,
    blob: new Blob(),
    url: '',
    status: probabilities.length > 0 ? 'done' : 'failed',
    predictions: probabilities.map(([label, probability]) => ({
      index: ['cat', 'dog', 'owl'].indexOf(label),
      label,
      probability,
    })),
    complete: false,
    maps: new Map(),
  };
}

const pictures = [
  picture(1, 'b10.png', ['dog', 0.9], ['cat', 0.1]),
  picture(2, 'b2.png', ['cat', 0.55], ['dog', 0.45]),
  picture(3, 'broken.png'),
  picture(4, 'Aa.png', ['dog', 0.95], ['owl', 0.05]),
];
const defaults = { search: '', filter: 'all', sort: 'added' } as const;
const ids = (arranged: readonly Picture[]): number[] => arranged.map(({ id }) => id);

describe('arrange', () => {
  test.each([
    ['added', [1, 2, 3, 4]],
    ['name', [4, 2, 1, 3]],
    ['class', [2, 4, 1, 3]],
    ['sure', [4, 1, 2, 3]],
    ['unsure', [2, 1, 4, 3]],
  ] as const)('by %s, what has no class last', (sort, order) => {
    expect(ids(arrange(pictures, { ...defaults, sort }))).toEqual(order);
  });

  test('searches names and first classes', () => {
    expect(ids(arrange(pictures, { ...defaults, search: ' DOG ' }))).toEqual([1, 4]);
    expect(ids(arrange(pictures, { ...defaults, search: 'b2' }))).toEqual([2]);
  });

  test('every filter that is offered leaves as many as it says', () => {
    const counts = filtersOf(pictures).map(({ value, text }) => {
      const said = Number(/(\d+)(\)| pictures)$/.exec(text)?.[1]);
      return [text, said, arrange(pictures, { ...defaults, filter: value }).length];
    });
    expect(counts.map(([text]) => text)).toEqual([
      'All 4 pictures',
      'cat (1)',
      'dog (2)',
      'Uncertain, below 60% (1)',
      'Could not be read (1)',
    ]);
    for (const [, said, found] of counts) expect(found).toBe(said);
  });
});

test('the rows of the CSV are those of `resnet predict --csv`', () => {
  expect(csvRows(pictures.slice(1, 3))).toEqual([
    ['file', 'rank', 'label', 'probability'],
    ['b2.png', 1, 'cat', 0.55],
    ['b2.png', 2, 'dog', 0.45],
  ]);
});
