import { median } from '../alternate.js';
import { parseOptions } from '../options.js';
import { startChromium } from '../web/chromium.js';
import { makeModels } from '../web/models.js';
import { serve } from '../web/server.js';

/** On what a net is run: webgpu is whatever adapter there is. */
const places = [
  { backend: 'wasm', threads: 1 },
  { backend: 'wasm', threads: 2 },
  { backend: 'webgpu', threads: 1 },
];

/** Seconds that a load may take and still be repeated: a GPU in software takes much longer. */
const longLoad = 10;

/**
 * The browser predictor and onnxruntime-web on the same nets, in turns in one headless Chromium.
 * Ours is asked as a page asks it (an image of 256 x 256 goes to the worker, is resized, cropped
 * and classified); theirs gets its input ready made, in the page itself.
 */
export async function run(args) {
  const options = parseOptions(args, {
    rounds: 5,
    loads: 3,
    models: 'resnet18,resnet50',
    backends: 'wasm,webgpu',
  });
  const names = options.models.split(',');
  const backends = options.backends.split(',');
  const models = await makeModels(names);
  const browser = await startChromium();
  const rows = [];
  try {
    for (const name of names) {
      for (const place of places.filter(({ backend }) => backends.includes(backend))) {
        console.error(`${name} on ${place.backend}, threads: ${place.threads}…`);
        rows.push(await measure(browser, models.folder, { name, ...place, ...options }));
      }
    }
  } finally {
    await browser.close();
    models.remove();
    if (rows.length > 0) console.table(rows);
  }
}

async function measure(browser, folder, settings) {
  // Threads need a page that is isolated: without it, both have one.
  const server = await serve(folder, { isolated: settings.threads > 1 });
  // A profile of its own for each page, so that nothing is in its caches.
  const inFreshPage = async (task) => {
    const context = await browser.newContext();
    try {
      const page = await context.newPage();
      await page.goto(`${server.origin}/bench.html`);
      return await task(page);
    } finally {
      await context.close();
    }
  };
  try {
    const load = { ours: [], theirs: [] };
    for (let time = 0; time < settings.loads && !(load.ours[0] > longLoad); time++) {
      for (const who of ['ours', 'theirs']) {
        const seconds = await inFreshPage((page) =>
          page.evaluate((all) => globalThis.load(...all), [who, settings]),
        );
        load[who].push(seconds);
      }
    }
    const result = await inFreshPage((page) =>
      page.evaluate((of) => globalThis.bench(of), settings),
    );
    return rowOf(settings.name, { ...result, load });
  } finally {
    await server.close();
  }
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
