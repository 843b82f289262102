// Compiles assembly/ into src/backends/wasm/simd-module.ts. Run it after changing anything in assembly/:
//
//   node scripts/build-wasm.mjs           writes the file
//   node scripts/build-wasm.mjs --check   fails if the file is not what assembly/ compiles to
//
// The module is kept in git, so that neither users nor contributors who leave assembly/ alone need
// the compiler.

import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { main } from 'assemblyscript/asc';

const packageFolder = fileURLToPath(new URL('..', import.meta.url));
const target = new URL('../src/backends/wasm/simd-module.ts', import.meta.url);

const common = [
  'assembly/index.ts',
  '--baseDir',
  packageFolder,
  '-O3',
  '--noAssert',
  '--runtime',
  'stub',
  '--importMemory',
  '--noExportMemory',
  '--initialMemory',
  '1',
  '--enable',
  'simd',
  '--outFile',
  'module.wasm',
];
// A WebAssembly module must say whether the memory it imports is shared between threads.
const shared = ['--sharedMemory', '--maximumMemory', '65536', '--enable', 'threads'];

/** The compiled module's bytes. */
async function compile(args) {
  let bytes;
  let messages = '';
  const { error } = await main(args, {
    stderr: {
      write: (chunk) => {
        messages += chunk;
      },
    },
    writeFile: (_name, contents) => {
      bytes = contents;
    },
  });
  if (error) throw new Error(`assembly/ does not compile:\n${messages}`);
  return Buffer.from(bytes);
}

/** The text of src/backends/wasm/simd-module.ts. */
export async function generate() {
  const plain = (await compile(common)).toString('base64');
  const threaded = (await compile([...common, ...shared])).toString('base64');
  return `// Made from assembly/ by scripts/build-wasm.mjs: change that, not this.

/** The SIMD kernels over a memory of one thread: a WebAssembly module in base64. */
export const simdModule: string =
  '${plain}';

/** The same over a memory that threads share. */
export const sharedSimdModule: string =
  '${threaded}';
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = await generate();
  if (process.argv.includes('--check')) {
    if ((await readFile(target, 'utf8')) !== text) {
      throw new Error('src/backends/wasm/simd-module.ts is stale: run node scripts/build-wasm.mjs');
    }
  } else {
    await writeFile(target, text);
  }
}
