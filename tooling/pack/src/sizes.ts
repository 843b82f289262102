import { bundle } from './bundle.ts';

/** One row of the sizes in a package's README. */
export interface Row {
  /** What is imported, in Markdown. */
  readonly label: string;
  readonly code: string;
  /** With TensorFlow.js and all else that is needed; otherwise without. */
  readonly isWhole?: boolean;
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
  '@resnet/native': [all('@resnet/native')],
  '@resnet/cli': [all('@resnet/cli')],
};

/** The sizes of some rows as they are now, in kB (1,000 bytes), minified and gzipped. */
export function measure(rows: readonly Row[]): Promise<readonly number[]> {
  return Promise.all(
    rows.map(async ({ code, isWhole }) => (await bundle(code, { isWhole })).gzipBytes / 1000),
  );
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
