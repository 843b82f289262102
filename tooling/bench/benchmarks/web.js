import { median } from '../alternate.js';
import { startChromium } from '../web/chromium.js';
import { makeModels } from '../web/models.js';
import { serve } from '../web/server.js';

/**
 * The browser predictor and onnxruntime-web on the same nets, in turns in one headless Chromium:
 * wasm on one thread and on two, and webgpu on whatever adapter there is. Ours is asked as a page
 * asks it (a picture of 256 x 256 goes to the worker, is resized, cropped and classified); theirs
 * gets its input ready made, in the page itself. Options: --rounds N, --loads N (fresh pages
 * that load each), --models resnet18,resnet50,
 * --backends wasm,webgpu. RESNET_CHROMIUM names another Chromium.
 */
export async function run(args) {
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : args[at + 1];
  };
  const rounds = Number(option('--rounds', '5'));
  const loads = Number(option('--loads', '3'));
  const names = option('--models', 'resnet18,resnet50').split(',');
  const backends = option('--backends', 'wasm,webgpu').split(',');
  const models = await makeModels(names);
  const browser = await startChromium();
  const rows = [];
  try {
    const cases = [
      ...(backends.includes('wasm')
        ? [
            ['wasm', 1],
            ['wasm', 2],
          ]
        : []),
      ...(backends.includes('webgpu') ? [['webgpu', 1]] : []),
    ];
    for (const name of names) {
      for (const [backend, threads] of cases) {
        // Threads need a page that is isolated: without it, both have one.
        const server = await serve(models.folder, { isolated: threads > 1 });
        const settings = { name, backend, threads, rounds };
        try {
          const open = async (task) => {
            // A profile of its own, so that nothing is in its caches.
            const context = await browser.newContext();
            const page = await context.newPage();
            await page.goto(`${server.origin}/bench.html`);
            const result = await task(page);
            await context.close();
            return result;
          };
          const load = { ours: [], theirs: [] };
          for (let time = 0; time < loads; time++) {
            for (const who of ['ours', 'theirs']) {
              const all = [who, settings];
              load[who].push(
                await open((page) => page.evaluate((of) => globalThis.load(...of), all)),
              );
            }
          }
          const result = await open((page) =>
            page.evaluate((of) => globalThis.bench(of), settings),
          );
          rows.push(rowOf(name, { ...result, load }));
        } finally {
          await server.close();
        }
      }
    }
  } finally {
    await browser.close();
    models.remove();
  }
  console.table(rows);
}

function rowOf(name, { detail, ours, theirs, load, largestDifference, repeats }) {
  const rate = (seconds) => repeats / seconds;
  return {
    model: name,
    'runs on': detail,
    'images/s': rate(median(ours)).toFixed(2),
    'onnxruntime-web': rate(median(theirs)).toFixed(2),
    // Of the same round, so that what else the machine does meets both.
    ratio: median(ours.map((seconds, i) => theirs[i] / seconds)).toFixed(2),
    'load s': median(load.ours).toFixed(2),
    'their load s': median(load.theirs).toFixed(2),
    'load ratio': median(load.ours.map((s, i) => load.theirs[i] / s)).toFixed(2),
    'largest difference': largestDifference.toExponential(0),
  };
}
