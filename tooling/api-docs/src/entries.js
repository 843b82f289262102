import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * Something that can be imported: its name, the file it is made of from the root, and a sentence.
 *
 * @typedef {{ name: string, source: string, description: string }} Entry
 */

/**
 * What the published packages let others import, with the source of each: `@resnet/model/onnx` and
 * `packages/model/src/onnx/write-onnx.ts`.
 *
 * @returns {Entry[]}
 */
export function entries() {
  return ['packages', 'apps'].flatMap((parent) =>
    readdirSync(join(root, parent))
      .toSorted()
      .flatMap((name) => {
        const folder = join(parent, name);
        const file = join(root, folder, 'package.json');
        if (!existsSync(file)) return [];
        const manifest = JSON.parse(readFileSync(file, 'utf8'));
        if (manifest.private) return [];
        return Object.entries(manifest.exports).flatMap(([path, { types } = {}]) => {
          if (types === undefined) return [];
          // The compiler writes dist/x.d.ts for src/x.ts.
          const source = join(folder, types.replace('/dist/', '/src/').replace(/\.d\.ts$/, '.ts'));
          const description = path === '.' ? manifest.description : '';
          return [{ name: `${manifest.name}${path.slice(1)}`, source, description }];
        });
      }),
  );
}
