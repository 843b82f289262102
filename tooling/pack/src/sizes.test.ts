import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { measure, sizes, statedSizes, withSizes } from './sizes.ts';
import { publicPackages } from './workspace.ts';

/** How far a README may be off: a sentence more in an error message is no news. */
const tolerance = 0.05;

const packages = publicPackages().filter(({ manifest }) => sizes[manifest.name] !== undefined);

describe('the README', () => {
  it('states a size in every package that is made to be imported', () => {
    const folders = publicPackages().filter(({ path }) => path.startsWith('packages/'));
    const unmeasured = folders.filter(({ manifest }) => sizes[manifest.name] === undefined);
    expect(unmeasured.map(({ path }) => path)).toEqual([]);
  });

  it.each(packages.map(({ manifest, folder }) => [manifest.name, folder] as const))(
    'of %s states sizes that are right within 5 %',
    async (name, folder) => {
      const file = join(folder, 'README.md');
      const rows = sizes[name]!;
      const measured = await measure(rows);
      if (process.env['RESNET_UPDATE_README']) {
        writeFileSync(file, withSizes(readFileSync(file, 'utf8'), rows, measured));
      }
      // If these fail: RESNET_UPDATE_README=1 pnpm --filter @resnet/pack test
      const stated = statedSizes(readFileSync(file, 'utf8')) ?? [];
      expect(stated.map(([label]) => label)).toEqual(rows.map(({ label }) => label));
      expect(stated.map(([, kB]) => kB)).toBeAllClose(measured, { rtol: tolerance, atol: 0.05 });
    },
  );
});
