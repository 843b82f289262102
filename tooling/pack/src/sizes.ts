import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { bundle } from './bundle.ts';
import { root } from './workspace.ts';

/** One row of the sizes in a package's README. */
export type Row = BundleRow | BuiltRow;

/** Of what a bundler makes of an import. */
interface BundleRow {
  /** What is imported, in Markdown. */
  readonly label: string;
  readonly code: string;
  /** With TensorFlow.js and all else that is needed; otherwise without. */
  readonly isWhole?: boolean;
}

/** Of files that are published bundled. */
interface BuiltRow {
  readonly label: string;
  /** Where they are, from the root. */
  readonly folder: string;
  readonly files: RegExp;
}

/** A row of a whole entry. */
const all = (entry: string, note = ''): Row => ({
  label: `\`${entry}\`${note}`,
  code: `export * from '${entry}'`,
});

/** A row of some names of an entry. */
const some = (entry: string, ...names: string[]): Row => ({
  label: names.map((name) => `\`${name}\``).join(', '),
  code: `export { ${names.join(', ')} } from '${entry}'`,
});

/** A row of files of @resnet/web. */
const web = (label: string, files: RegExp): Row => ({ label, folder: 'apps/web/dist', files });

const page = `
  export { registerWasmKernels } from '@resnet/kernels/wasm';
  export { Predictor } from '@resnet/predictor';
  import '@tensorflow/tfjs-backend-wasm';
  export { setBackend } from '@tensorflow/tfjs-core';
`;

/** What each package's README states, by the package's name. */
export const sizes: Readonly<Record<string, readonly Row[]>> = {
  '@resnet/random': [all('@resnet/random')],
  '@resnet/split': [all('@resnet/split')],
  '@resnet/image': [
    all('@resnet/image', ', all of it'),
    some('@resnet/image', 'evalTransform'),
    some('@resnet/image', 'resize'),
  ],
  '@resnet/kernels': [
    all('@resnet/kernels', ', all of it'),
    some('@resnet/kernels', 'conv2d'),
    all('@resnet/kernels/wasm'),
    all('@resnet/kernels/webgpu'),
    all('@resnet/kernels/tensorflow'),
  ],
  '@resnet/model': [
    all('@resnet/model', ', all of it'),
    some('@resnet/model', 'createModel'),
    some('@resnet/model', 'ResNet', 'readSafetensors', 'parseModelConfig'),
    some('@resnet/model', 'readSafetensors'),
    some('@resnet/model', 'modelConfig', 'parameterCount'),
    all('@resnet/model/torch'),
    all('@resnet/model/onnx'),
  ],
  '@resnet/trainer': [
    all('@resnet/trainer', ', all of it'),
    some('@resnet/trainer', 'train', 'memoryData', 'sgd', 'cosine'),
  ],
  '@resnet/predictor': [
    all('@resnet/predictor'),
    {
      label: '`Predictor`, `@resnet/kernels/wasm`, TensorFlow.js and its wasm backend',
      code: page,
      isWhole: true,
    },
  ],
  '@resnet/web': [
    web('`@resnet/web`, with `<resnet-predictor>`', /^(index|chunks\/.*)\.js$/),
    web('`@resnet/web/predictor`', /^(predictor|chunks\/.*)\.js$/),
    web('its worker for WebAssembly, when it is used', /^assets\/wasm-worker.*\.js$/),
    web('WebAssembly with SIMD and threads, likewise', /^assets\/.*-threaded-simd.*\.wasm$/),
    web('its worker for WebGPU, likewise', /^assets\/webgpu-worker.*\.js$/),
  ],
  '@resnet/files': [all('@resnet/files')],
  '@resnet/data': [all('@resnet/data')],
  '@resnet/hub': [all('@resnet/hub')],
  '@resnet/native': [all('@resnet/native')],
  '@resnet/cli': [all('@resnet/cli')],
};

/** The sizes of some rows as they are now, in kB (1,000 bytes), minified and gzipped. */
export function measure(rows: readonly Row[]): Promise<readonly number[]> {
  return Promise.all(
    rows.map(async (row) => {
      if ('folder' in row) return builtBytes(row) / 1000;
      return (await bundle(row.code, { isWhole: row.isWhole ?? false })).gzipBytes / 1000;
    }),
  );
}

function builtBytes({ label, folder, files }: BuiltRow): number {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  const found = paths.map((path) => path.replaceAll('\\', '/')).filter((path) => files.test(path));
  if (found.length === 0) throw new Error(`No file in ${folder} for "${label}" (${files})`);
  return found
    .map((path) => gzipSync(readFileSync(join(root, folder, path)), { level: 9 }).length)
    .reduce((sum, bytes) => sum + bytes, 0);
}

const section = /(<!-- size: begin[^>]*-->\n)([\s\S]*?)(<!-- size: end -->)/;

/** What a README states: labels and kB, in its order; `undefined` where it states nothing. */
export function statedSizes(readme: string): readonly (readonly [string, number])[] | undefined {
  return section
    .exec(readme)?.[2]!
    .split('\n')
    .flatMap((line) => {
      const [, label, kB] = /^\| (.+?) +\| +([\d.]+) kB \|$/.exec(line) ?? [];
      return label === undefined ? [] : [[label, Number(kB)] as const];
    });
}

/** The README with other sizes in its section, formatted as the formatter does it. */
export function withSizes(readme: string, rows: readonly Row[], kB: readonly number[]): string {
  const sizesText = kB.map((size) => `${size.toFixed(1)} kB`);
  const head = ['Import', 'Minified and gzipped'] as const;
  const left = Math.max(head[0].length, ...rows.map(({ label }) => label.length));
  const right = Math.max(head[1].length, ...sizesText.map((size) => size.length));
  const table = [
    `| ${head[0].padEnd(left)} | ${head[1].padStart(right)} |`,
    `| ${'-'.repeat(left)} | ${'-'.repeat(right - 1)}: |`,
    ...rows.map(({ label }, i) => `| ${label.padEnd(left)} | ${sizesText[i]!.padStart(right)} |`),
  ].join('\n');
  return readme.replace(
    section,
    (_, begin: string, __, end: string) => `${begin}\n${table}\n\n${end}`,
  );
}
