// pnpm demo: the main job on demo data, from set-up to a prediction, as the commands a user would
// type. Everything lands in demo/ and runs/demo/. `--epochs N` and other options of `resnet train`
// may be given.
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { groupPattern, makeDemoData } from './src/make-demo-data.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cli = fileURLToPath(new URL('../../apps/cli/dist/main.js', import.meta.url));
process.chdir(root);

// The child is interrupted by the terminal too; it saves its work, and this process waits for it.
process.on('SIGINT', () => undefined);

/** @param {string[]} args */
function shown(args) {
  return args.map((arg) => (/[^\w./=-]/.test(arg) ? `'${arg}'` : arg)).join(' ');
}

/**
 * Runs `resnet` with `args` on this terminal.
 *
 * @param {string[]} args
 * @param {{ optional?: boolean }} options an optional command may fail
 * @returns {Promise<boolean>} whether it succeeded; any other ending ends this process likewise
 */
async function resnet(args, { optional = false } = {}) {
  process.stdout.write(`\n$ resnet ${shown(args)}\n`);
  const child = spawn(process.execPath, [cli, ...args], { stdio: 'inherit' });
  /** @type {number} */
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => resolve(status ?? (signal === 'SIGINT' ? 130 : 1)));
  });
  if (code !== 0 && !(optional && code === 1)) process.exit(code);
  return code === 0;
}

const began = performance.now();
const extra = process.argv.slice(2);

const native = await resnet(['setup'], { optional: true });
if (!native) {
  process.stdout.write(
    '\nWithout the TensorFlow backend this goes on with wasm: a smaller net, fewer epochs, and a\n' +
      'model that is less sure. What was missing, and how to get it, is said above.\n',
  );
}

process.stdout.write('\n$ node tooling/demo/make.js --into demo\n');
const { photos, own } = await makeDemoData({ into: 'demo' });
for (const label of Object.keys(photos)) {
  process.stdout.write(`  ${label}: ${photos[label]} images to train on, ${own[label]} held out\n`);
}

await resnet([
  'split',
  'demo/photos',
  '--group-by',
  groupPattern,
  '--out',
  'demo/split.json',
  '--force',
]);
// Ten minutes on two cores is what there is for all of it; on a faster machine, enough is enough.
const short = '--image-size 64 --minutes 7 --epochs 40 --precision auto'.split(' ');
const shortest = '--backend wasm --model resnet20 --image-size 32 --minutes 6 --epochs 40'.split(
  ' ',
);
await resnet([
  'train',
  'demo/split.json',
  '--name',
  'demo',
  '--force',
  ...(native ? short : shortest),
  ...extra,
]);

process.stdout.write('\nOn emoji of a vendor that the net has never seen:\n');
await resnet(['evaluate', 'runs/demo', 'demo/my-own-images']);

const images = readdirSync('demo/my-own-images').flatMap((label) =>
  readdirSync(`demo/my-own-images/${label}`)
    .slice(20, 22)
    .map((file) => `demo/my-own-images/${label}/${file}`),
);
await resnet(['predict', 'runs/demo', ...images]);

const minutes = ((performance.now() - began) / 60_000).toFixed(1);
process.stdout.write(`
Done in ${minutes} minutes.
  the model            runs/demo/config.json and model.safetensors (timm loads them too)
  its training curves  runs/demo/curves.svg
  its confusion        runs/demo/confusion-matrix.svg
  the images           demo/photos and demo/my-own-images
Next: pnpm resnet predict runs/demo IMAGE...   or   pnpm resnet --help
`);
