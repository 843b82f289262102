import { fileURLToPath } from 'node:url';

import { alternate, Contestant, median } from '../alternate.js';
import { peerPython } from '../peers.js';

const contestant = (file) => fileURLToPath(new URL(`../contestants/${file}`, import.meta.url));

/** The cases of the table: model, batch, image size, steps a round. */
const cases = [
  ['resnet18', 16, 64, 10],
  ['resnet18', 8, 224, 3],
  ['resnet50', 4, 224, 3],
  ['resnet20', 128, 32, 5],
];

/** Training steps on synthetic data, ours and PyTorch's in turns. Options: --rounds N, --case I. */
export async function run(args) {
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const rounds = option('--rounds', 7);
  const only = option('--case', -1);
  const python = peerPython();
  const rows = [];
  for (const [index, [model, batch, size, steps]] of cases.entries()) {
    if (only >= 0 && only !== index) continue;
    const shape = [model, batch, size, steps].map(String);
    const contestants = [
      new Contestant('ours', process.execPath, [contestant('train_ours.js'), ...shape]),
      ...['channels_last', 'contiguous'].map(
        (format) =>
          new Contestant(format, python, [contestant('train_torch.py'), ...shape, format, 'fp32']),
      ),
    ];
    try {
      for (const each of contestants) {
        const { version, threads } = await each.ready();
        if (rows.length === 0) console.log(`${version}, ${threads} threads`);
      }
      const [ours, ...torch] = await alternate(contestants, rounds);
      const rate = ({ images, seconds }) => images / seconds;
      // The peer's better memory format.
      const peer = torch.toSorted((a, b) => median(b.map(rate)) - median(a.map(rate)))[0];
      const ratios = ours.map((round, i) => rate(round) / rate(peer[i]));
      rows.push({
        case: `${model} ${batch}x${size}x${size}`,
        'ours images/s': median(ours.map(rate)).toFixed(1),
        'PyTorch images/s': median(peer.map(rate)).toFixed(1),
        ratio: median(ratios).toFixed(2),
        'ratios (min-max)': `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
        'ours peak MB': Math.round(ours.at(-1).peakMB),
        'PyTorch peak MB': Math.round(peer.at(-1).peakMB),
      });
    } finally {
      for (const each of contestants) each.stop();
    }
  }
  console.table(rows);
}
