import { gzipSync } from 'node:zlib';

import { rolldown } from 'rolldown';

import { root } from './workspace.ts';

/** What a bundler makes of a few lines. */
export interface Bundle {
  readonly code: string;
  /** Bytes of the minified code as servers send it (gzip, level 9). */
  readonly gzipBytes: number;
  /** The files that something of is in it, as paths from the root where they lie there. */
  readonly modules: readonly string[];
  /** What it leaves to import. */
  readonly imports: readonly string[];
}

/**
 * Bundles `code` for production, with the packages of this workspace in it and all that they
 * import from elsewhere, TensorFlow.js above all, left outside unless `isWhole`.
 */
export async function bundle(code: string, { isWhole = false } = {}): Promise<Bundle> {
  const entry = '\0entry';
  const build = await rolldown({
    input: entry,
    // Where the workspace's packages resolve: tooling/pack depends on all of them.
    cwd: `${root}tooling/pack`,
    platform: 'browser',
    external: (id) => id.startsWith('node:') || (!isWhole && isThirdParty(id)),
    plugins: [
      {
        name: 'entry',
        resolveId(source, importer) {
          if (source === entry) return entry;
          if (importer !== entry) return null;
          return this.resolve(source, `${root}tooling/pack/src/entry.js`);
        },
        load: (id) => (id === entry ? { code, moduleSideEffects: true } : null),
      },
    ],
  });
  try {
    const { output } = await build.generate({ format: 'es', minify: true });
    const chunks = output.filter((file) => file.type === 'chunk');
    const text = chunks.map((chunk) => chunk.code).join('');
    return {
      code: text,
      gzipBytes: gzipSync(text, { level: 9 }).length,
      modules: chunks.flatMap((chunk) =>
        Object.entries(chunk.modules)
          .filter(([, module]) => module.renderedLength > 0)
          .map(([id]) => id.replace(root, '')),
      ),
      imports: chunks.flatMap((chunk) => chunk.imports),
    };
  } finally {
    await build.close();
  }
}

function isThirdParty(id: string): boolean {
  return !/^(\0|\.|\/|@resnet\/)/.test(id);
}
