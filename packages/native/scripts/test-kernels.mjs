// Builds the C++ kernels with their tests, without TensorFlow, and runs them:
//
//   node scripts/test-kernels.mjs [plain] [address] [thread] [--seed N] [--part N] [--keep FOLDER]
//
// plain is optimised as the addon is; address has AddressSanitizer and UBSan, thread ThreadSanitizer. Without
// a name, all three. --part 4 draws a fourth of the random shapes; --keep builds into a folder that stays,
// so that only what changed is compiled again.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const binding = fileURLToPath(new URL('../binding/', import.meta.url));

/** What each build adds; sanitizers report the first fault and end. */
const builds = {
  plain: ['-O3'],
  address: ['-O1', '-fsanitize=address,undefined', '-fno-sanitize-recover=undefined'],
  thread: ['-O1', '-fsanitize=thread'],
};
const common = [
  '-std=c++17',
  '-g1',
  '-fno-math-errno',
  '-fno-trapping-math',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-Wno-psabi',
  '-Wno-unknown-pragmas',
  '-pthread',
];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string', default: '1' },
    part: { type: 'string', default: '1' },
    keep: { type: 'string' },
  },
});
const names = positionals.length > 0 ? positionals : Object.keys(builds);
const unknown = names.find((name) => !(name in builds));
if (unknown !== undefined) {
  console.error(`test-kernels: expected ${Object.keys(builds).join(', ')}, received ${unknown}`);
  process.exit(2);
}
const compiler = process.env.CXX ?? 'g++';

function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    spawn(command, args, { stdio: 'inherit', ...options })
      .on('error', reject)
      .on('close', (code, signal) => resolve(signal ?? code));
  });
}

const filesIn = (folder, ending) =>
  readdirSync(join(binding, folder))
    .filter((file) => file.endsWith(ending) && file !== 'addon.cc')
    .map((file) => join(binding, folder, file));
const sources = ['kernels', 'test'].flatMap((folder) => filesIn(folder, '.cc'));
const newestHeader = Math.max(
  ...['kernels', 'test'].flatMap((folder) => filesIn(folder, '.h')).map((f) => statSync(f).mtimeMs),
);

const isFresh = (object, source) => {
  const built = statSync(object, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return built > newestHeader && built > statSync(source).mtimeMs;
};

async function build(folder, flags) {
  mkdirSync(folder, { recursive: true });
  const objects = sources.map((source) => join(folder, `${basename(source, '.cc')}.o`));
  const waiting = sources.map((source, i) => [source, objects[i]]);
  const worker = async () => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const [source, object] = next;
      if (isFresh(object, source)) continue;
      const include = join(binding, 'test/include');
      const args = [...common, ...flags, '-I', include, '-c', source, '-o', object];
      if ((await run(compiler, args)) !== 0) throw new Error(`${source} does not compile`);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  const program = join(folder, 'kernels-test');
  // Memory that the kernels ask for can be made to fail: see test/fake_tensorflow.cc.
  const link = ['-pthread', ...flags, '-Wl,--wrap=aligned_alloc', ...objects, '-o', program];
  if ((await run(compiler, link)) !== 0) throw new Error('the tests do not link');
  return program;
}

const folder = values.keep ?? mkdtempSync(join(tmpdir(), 'resnet-kernels-'));
let failed = false;
try {
  for (const name of names) {
    const began = performance.now();
    const program = await build(join(folder, name), builds[name]);
    const built = performance.now();
    // More threads than cores: they are interrupted at more places.
    const env = { ...process.env, TF_NUM_INTRAOP_THREADS: '4' };
    const status = await run(program, [values.seed, values.part], { env });
    const seconds = (from, to) => ((to - from) / 1000).toFixed(1);
    console.log(
      `${name}: built in ${seconds(began, built)} s, ran ${seconds(built, performance.now())} s, ${
        status === 0 ? 'passed' : `failed (${status})`
      }`,
    );
    failed ||= status !== 0;
  }
} finally {
  if (values.keep === undefined) rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? 1 : 0;
