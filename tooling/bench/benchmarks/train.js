import { fileURLToPath } from 'node:url';

import { bfloat16Support } from '@resnet/native';

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

const formats = ['channels_last', 'contiguous'];

/**
 * Training steps on synthetic data, ours and PyTorch's eager ones in turns; in bfloat16 too where
 * the processor has it. Options: --rounds N, --case I, --steps N (a round), --threads N (each one's
 * default unless given).
 */
export async function run(args) {
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const only = option('--case', -1);
  const threads = option('--threads', 0);
  const env = threads > 0 ? threadSettings(String(threads)) : {};
  const python = peerPython();
  const instructions = bfloat16Support();
  console.log(`bfloat16 instructions: ${instructions.join(', ') || 'none'}`);
  const precisions = instructions.length > 0 ? ['fp32', 'bf16'] : ['fp32'];
  const rows = [];
  for (const [index, [model, batch, size, steps]] of cases.entries()) {
    if (only >= 0 && only !== index) continue;
    const shape = [model, batch, size, option('--steps', steps)].map(String);
    const ours = precisions.map(
      (precision) =>
        new Contestant(
          precision,
          process.execPath,
          [contestant('train_ours.js'), ...shape, precision],
          env,
        ),
    );
    const peers = precisions.flatMap((precision) =>
      formats.map((format) => {
        const file = contestant('train_torch.py');
        return new Contestant(precision, python, [file, ...shape, format, precision], env);
      }),
    );
    const contestants = [...ours, ...peers];
    try {
      for (const each of contestants) {
        const { version, threads } = await each.ready();
        if (rows.length === 0) console.log(`${version}, threads: ${threads}`);
      }
      const results = await alternate(contestants, option('--rounds', 7));
      const sides = contestants.map(({ name }, i) => ({ precision: name, rounds: results[i] }));
      rows.push(
        ...rowsOf(
          `${model} ${batch}x${size}x${size}`,
          sides.slice(0, ours.length),
          sides.slice(ours.length),
        ),
      );
    } finally {
      for (const each of contestants) each.stop();
    }
  }
  console.table(rows);
}

/** How each contestant is told of its number of threads. */
function threadSettings(count) {
  return { TF_NUM_INTRAOP_THREADS: count, TF_NUM_INTEROP_THREADS: '1', OMP_NUM_THREADS: count };
}

const rate = ({ images, seconds }) => images / seconds;
const cost = ({ images, cpuSeconds }) => (1000 * cpuSeconds) / images;
const medianOf = (rounds, value) => median(rounds.map(value));

/** Each of ours beside the better memory format of the peer's float32, and of the same precision. */
function rowsOf(name, ours, peers) {
  return ours.flatMap((side) => {
    const precisions = side.precision === 'fp32' ? ['fp32'] : ['fp32', side.precision];
    return precisions.map((precision) => {
      const [peer] = peers
        .filter((other) => other.precision === precision)
        .toSorted((a, b) => medianOf(b.rounds, rate) - medianOf(a.rounds, rate));
      const ratios = side.rounds.map((round, i) => rate(round) / rate(peer.rounds[i]));
      const memory = ({ rounds }) => Math.round(rounds.at(-1).peakMB);
      return {
        case: name,
        ours: side.precision,
        PyTorch: precision,
        'ours images/s': medianOf(side.rounds, rate).toFixed(1),
        'PyTorch images/s': medianOf(peer.rounds, rate).toFixed(1),
        ratio: median(ratios).toFixed(2),
        'min-max': `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
        'CPU ms/image': `${medianOf(side.rounds, cost).toFixed(1)} / ${medianOf(peer.rounds, cost).toFixed(1)}`,
        'peak MB': `${memory(side)} / ${memory(peer)}`,
      };
    });
  });
}
