import { homedir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { cacheFolder } from './cache.ts';

it.each([
  [{}, join(homedir(), '.cache', 'resnet')],
  [{ XDG_CACHE_HOME: '/var/cache/me' }, '/var/cache/me/resnet'],
  [{ XDG_CACHE_HOME: 'relative' }, join(homedir(), '.cache', 'resnet')],
  [{ RESNET_CACHE: '/big/disk', XDG_CACHE_HOME: '/var/cache/me' }, '/big/disk'],
])('%o gives %s', (env, expected) => {
  expect(cacheFolder(env)).toBe(expected);
});
