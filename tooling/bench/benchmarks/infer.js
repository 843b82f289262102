import { fileURLToPath } from 'node:url';

import { alternate, Contestant, median } from '../alternate.js';
import { peerPython } from '../peers.js';

const contestant = (file) => fileURLToPath(new URL(`../contestants/${file}`, import.meta.url));

/** The cases of the table: model, batch, image size, batches a round. */
const cases = [
  ['resnet18', 1, 224, 30],
  ['resnet18', 8, 224, 5],
  ['resnet50', 1, 224, 15],
  ['resnet50', 8, 224, 2],
];

const torchModes = ['contiguous', 'channels_last', 'frozen'];

/**
 * Inference on synthetic images: ours, onnxruntime-node and PyTorch in turns. Options: --rounds N,
 * --case I, --threads N (each contestant's default unless given), --repeats N (batches a round).
 */
export async function run(args) {
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const rounds = option('--rounds', 7);
  const only = option('--case', -1);
  const threads = option('--threads', 0);
  const env = threads > 0 ? threadSettings(String(threads)) : {};
  const python = peerPython();
  const rows = [];
  for (const [index, [model, batch, size, repeats]] of cases.entries()) {
    if (only >= 0 && only !== index) continue;
    const shape = [model, batch, size, option('--repeats', repeats)].map(String);
    const start = (name, command, file, ...rest) =>
      new Contestant(name, command, [contestant(file), ...shape, ...rest], env);
    const contestants = [
      start('ours', process.execPath, 'infer_ours.js'),
      start('ONNX Runtime', process.execPath, 'infer_onnx.js'),
      ...torchModes.map((mode) => start(`PyTorch ${mode}`, python, 'infer_torch.py', mode)),
    ];
    try {
      for (const each of contestants) {
        const said = await each.ready();
        if (rows.length === 0) console.log(`${said.version}, threads: ${said.threads}`);
      }
      const results = await alternate(contestants, rounds);
      rows.push(...rowsOf(`${model} ${batch}x${size}x${size}`, contestants, results));
    } finally {
      for (const each of contestants) each.stop();
    }
  }
  console.table(rows);
}

/** How each contestant is told of its number of threads. */
function threadSettings(count) {
  return {
    TF_NUM_INTRAOP_THREADS: count,
    TF_NUM_INTEROP_THREADS: '1',
    OMP_NUM_THREADS: count,
    RESNET_BENCH_THREADS: count,
  };
}

const rate = ({ images, seconds }) => images / seconds;
const cost = ({ images, cpuSeconds }) => (1000 * cpuSeconds) / images;

/** One row for each contestant; ours is compared with each in the same round. */
function rowsOf(name, contestants, results) {
  const [ours] = results;
  return contestants.map((contestant, i) => {
    const rates = results[i].map(rate);
    const ratios = results[i].map((round, at) => rate(ours[at]) / rate(round));
    return {
      case: i === 0 ? name : '',
      contestant: contestant.name,
      'images/s': median(rates).toFixed(1),
      'CPU ms/image': median(results[i].map(cost)).toFixed(1),
      'peak MB': Math.round(results[i].at(-1).peakMB),
      'ours / it': i === 0 ? '' : median(ratios).toFixed(2),
      'min-max':
        i === 0 ? '' : `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
    };
  });
}
