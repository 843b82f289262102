import { Random } from '@resnet/random';
import { describe, expect, it } from 'vitest';

import { groupByPattern, islands, makeUnits } from './groups.ts';

describe('groupByPattern', () => {
  it('takes what was captured, what was matched, or else the path', () => {
    expect(groupByPattern(/patient-(\d+)/)('a/patient-12-left.png')).toBe('12');
    expect(groupByPattern(/patient-\d+/)('a/patient-12-left.png')).toBe('patient-12');
    expect(groupByPattern(/(\d+)-(left|right)?/)('12-')).toBe('12');
    expect(groupByPattern(/patient-(\d+)/)('a/other.png')).toBe('a/other.png');
  });

  it('tells captures apart that join to the same text', () => {
    const groupOf = groupByPattern(/(\d+)-(\d+)/);
    expect(groupOf('1-23')).not.toBe(groupOf('12-3'));
  });

  it('does not remember where a global pattern matched', () => {
    const groupOf = groupByPattern(/\d+/g);
    expect([groupOf('a12'), groupOf('a12'), groupOf('a12')]).toEqual(['12', '12', '12']);
  });
});

describe('islands', () => {
  it('joins classes that share a group, through any chain', () => {
    const files = ['a/1', 'b/1', 'b/2', 'c/2', 'd/3', 'e/4', 'd/4'].map((path) => ({
      path,
      label: path[0]!,
    }));
    const units = makeUnits(files, (path) => path.slice(2), new Random(0));
    const labels = islands(units).map((island) =>
      [...new Set(island.flatMap((unit) => [...unit.counts.keys()]))].sort().join(''),
    );
    expect(labels.sort()).toEqual(['abc', 'de']);
  });
});
