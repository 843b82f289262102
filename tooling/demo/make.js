// node tooling/demo/make.js [--into demo] [--vendors a,b] [--own c] [--per-class n] [--seed n]
import { parseArgs } from 'node:util';

import { groupPattern, makeDemoData } from './src/make-demo-data.js';

const { values } = parseArgs({
  options: {
    into: { type: 'string', default: 'demo' },
    vendors: { type: 'string' },
    own: { type: 'string' },
    'per-class': { type: 'string' },
    seed: { type: 'string', default: '0' },
  },
});

const start = performance.now();
const { made, photos, own } = await makeDemoData({
  into: values.into,
  onProgress(done, total) {
    if (!process.stderr.isTTY || done % 50 !== 0) return;
    process.stderr.write(
      `\r${done} of ${total} images\u001B[K${total - done < 50 ? '\r\u001B[K' : ''}`,
    );
  },
  seed: Number(values.seed),
  ...(values.vendors && { vendors: values.vendors.split(',') }),
  ...(values['per-class'] && { perClass: Number(values['per-class']) }),
  ...(values.own && { own: values.own }),
});
const seconds = ((performance.now() - start) / 1000).toFixed(1);
/** @param {Record<string, number>} counts */
const sum = (counts) => Object.values(counts).reduce((a, b) => a + b, 0);

process.stdout.write(
  `${made ? `Made in ${seconds} s` : 'Already there'}: ${sum(photos)} images to train on in ${values.into}/photos, ` +
    `${sum(own)} held out in ${values.into}/my-own-images\n` +
    `${Object.keys(photos)
      .map((label) => `  ${label}: ${photos[label]} and ${own[label] ?? 0}`)
      .join('\n')}\n` +
    `The same emoji by several vendors is one group: --group-by '${groupPattern}'\n`,
);
