import { expect, test } from 'vitest';

import { defaultCacheBytes, SharedCache } from './shared-cache.ts';

const raster = (value: number) => ({ width: 5, height: 7, data: new Uint8Array(105).fill(value) });

test('keeps images within its budget, for all who have its memory', () => {
  const cache = SharedCache.allocate(4, 300);
  const elsewhere = new SharedCache(cache.buffers);
  cache.put(2, raster(9));
  expect(elsewhere.get(2)).toEqual(raster(9));
  expect(elsewhere.get(0)).toBeUndefined();
  elsewhere.put(0, raster(1));
  expect(cache.get(0)).toEqual(raster(1));
  expect(cache.bytes).toBe(256);
  cache.put(1, raster(5));
  expect(cache.get(1)).toBeUndefined();
  expect(cache.bytes).toBe(256);
  cache.put(2, raster(7));
  expect(cache.get(2)).toEqual(raster(9));
});

test('expects to keep as many images as there is room for, by those it has', () => {
  const cache = SharedCache.allocate(6, 640); // ten blocks; an image takes two
  expect(cache.expectedFraction).toBe(0);
  cache.put(3, raster(1));
  expect(cache.expectedFraction).toBeCloseTo(5 / 6);
  const roomy = SharedCache.allocate(2, 1280);
  roomy.put(0, raster(1));
  expect(roomy.expectedFraction).toBe(1);
  const none = SharedCache.allocate(2, 0);
  none.put(0, raster(1));
  expect(none.expectedFraction).toBe(0);
});

test('remembers what cannot be read', () => {
  const cache = SharedCache.allocate(2, 0);
  cache.setUnreadable(1);
  expect([cache.isUnreadable(0), cache.isUnreadable(1)]).toEqual([false, true]);
  expect(cache.get(1)).toBeUndefined();
});

test('the default budget is bounded', () => {
  expect(defaultCacheBytes()).toBeGreaterThan(0);
  expect(defaultCacheBytes()).toBeLessThanOrEqual(2 ** 30);
});
