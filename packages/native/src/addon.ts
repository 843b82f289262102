import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { includeFolder, libraryFolder } from './cache.ts';
import { NativeError } from './errors.ts';
import type { TfjsPackage } from './package-folder.ts';
import { run, type RunResult } from './run.ts';
import type { Target } from './targets.ts';

// The N-API level that the package asks for at most; an addon built for it runs on every Node since 16.
const napiLevel = 8;
const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'] as const;
/** Where the sources lie of the addons of our own, built beside: see their comments. */
const binding = fileURLToPath(new URL('../binding/', import.meta.url));
const processSource = join(binding, 'process.cc');

/** Where the addon for a package's sources lies in an installation, built or not. */
export function addonPath(installation: string, tfjs: TfjsPackage): string {
  return join(installation, 'addon', sourcesKey(tfjs), 'tfjs_binding.node');
}

/** The sources decide: two versions of the package with the same sources share one addon. */
function sourcesKey(tfjs: TfjsPackage): string {
  const folder = join(tfjs.folder, 'binding');
  const hash = createHash('sha256').update(`napi ${napiLevel} ${kernelOptimisation.join(' ')}\n`);
  for (const file of readdirSync(folder).sort()) {
    hash.update(`${file}\n`).update(readFileSync(join(folder, file)));
  }
  for (const file of [processSource, ...kernelSources()]) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 16);
}

function kernelSources(): readonly string[] {
  const folder = join(binding, 'kernels');
  return readdirSync(folder)
    .sort()
    .map((file) => join(folder, file));
}

export interface BuildOptions {
  readonly target: Target;
  readonly installation: string;
  readonly tfjs: TfjsPackage;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compiles the package's addon against an installation, unless that was done before, makes sure
 * that it loads, and returns its path. The caller holds the lock. The Node-API headers come from `node-api-headers`: the
 * addon uses nothing else of Node, so neither node-gyp nor Node's own headers are needed.
 *
 * Throws NativeError: COMPILER_MISSING, BUILD_FAILED, LOAD_FAILED.
 */
export async function buildAddon(options: BuildOptions): Promise<string> {
  const { installation, tfjs, signal } = options;
  const addon = addonPath(installation, tfjs);
  if (existsSync(addon)) return addon;
  const compiler = await findCompiler(signal);
  // Beside where it will lie: the run path to the libraries is relative.
  const work = join(installation, 'addon', 'building');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const built = join(work, 'tfjs_binding.node');
  const { cc, framework } = options.target.libraries;
  const libraries = [cc, framework].map((file) => join(libraryFolder(installation), file));
  const isCompiled = (file: string): boolean => file.endsWith('.cc');
  for (const [inputs, output] of [
    [[...sources.map((file) => join(tfjs.folder, 'binding', file)), ...libraries], built],
    [[processSource, `-DFRAMEWORK="${framework}"`], ownAddonBeside(built, 'process')],
    [
      [...kernelSources().filter(isCompiled), ...kernelOptimisation, ...libraries],
      ownAddonBeside(built, 'kernels'),
    ],
  ] as const) {
    const result = await run(compiler, compilerArguments(options, inputs, output), { signal });
    if (result.code !== 0) {
      throw new NativeError(
        'BUILD_FAILED',
        `${compiler} could not build the addon of ${tfjs.name} ${tfjs.version}:\n${tail(result)}`,
        {
          hint: 'g++ 9 or clang 9 is the least that will do (C++17). If yours is newer, please report this with the text above.',
        },
      );
    }
  }
  await checkLoads(built, signal);
  renameSync(work, dirname(addon));
  return addon;
}

// Loops become vector code, ones with a comparison too: nobody looks at the floating-point flags. Vectors
// are never handed over between functions of different files, which g++ would warn of.
const kernelOptimisation = [
  '-O3',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-Wno-psabi',
  '-pthread',
];

/** Where an addon of our own lies, given the package's. */
export function ownAddonBeside(addon: string, name: 'process' | 'kernels'): string {
  return join(dirname(addon), `${name}.node`);
}

function compilerArguments(
  { installation }: BuildOptions,
  inputs: readonly string[],
  output: string,
): string[] {
  const headers: { include_dir: string } = createRequire(import.meta.url)('node-api-headers');
  const mac = process.platform === 'darwin';
  return [
    '-std=c++17',
    '-O2',
    '-fPIC',
    `-DNAPI_VERSION=${napiLevel}`,
    '-I',
    headers.include_dir,
    '-I',
    includeFolder(installation),
    ...inputs,
    '-o',
    output,
    ...(mac ? ['-bundle', '-undefined', 'dynamic_lookup'] : ['-shared', '-ldl']),
    // Relative: the cache may be moved, and a new installation is made in another place first.
    `-Wl,-rpath,${mac ? '@loader_path' : '$ORIGIN'}/../../tensorflow`,
  ];
}

/** The first C++ compiler that answers. Throws NativeError (COMPILER_MISSING). */
export async function findCompiler(signal?: AbortSignal): Promise<string> {
  for (const compiler of [process.env.CXX, 'g++', 'c++', 'clang++']) {
    if (!compiler) continue;
    if ((await run(compiler, ['--version'], { signal })).code === 0) return compiler;
  }
  throw new NativeError(
    'COMPILER_MISSING',
    'No C++ compiler was found (tried $CXX, g++, c++, clang++): the addon of tfjs-node is built here, once.',
    {
      hint:
        process.platform === 'darwin'
          ? 'xcode-select --install'
          : 'Debian, Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++; Alpine has no TensorFlow (its wheels need glibc).',
    },
  );
}

/** Loads what was built in a process of its own, so that what cannot run here fails now and harms nobody. */
async function checkLoads(addon: string, signal: AbortSignal | undefined): Promise<void> {
  const files = [ownAddonBeside(addon, 'process'), ownAddonBeside(addon, 'kernels'), addon];
  const code = `${JSON.stringify(files)}.forEach((file) => require(file))`;
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '3', NODE_OPTIONS: '' };
  const result = await run(process.execPath, ['-e', code], { signal, env });
  if (result.code === 0) return;
  throw new NativeError(
    'LOAD_FAILED',
    `TensorFlow was unpacked and its addon built, but it does not load on this machine:\n${tail(result)}`,
    {
      hint: 'Its libraries need glibc 2.27 or newer (Debian 10, Ubuntu 18.04) and a processor with AVX. The wasm backend works without.',
    },
  );
}

function tail({ code, signal, stderr }: RunResult): string {
  const lines = stderr.trim().split('\n').slice(-12).join('\n');
  return lines || `ended with ${signal ?? `exit code ${code}`} and said nothing`;
}
