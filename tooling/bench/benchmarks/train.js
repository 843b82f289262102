import { bfloat16Support } from '@resnet/native';

import {
  alternate,
  compareRounds,
  Implementation,
  implementationFile,
  cost,
  median,
  rate,
  threadSettings,
} from '../alternate.js';
import { chosenCases, parseOptions } from '../options.js';
import { peerPython } from '../peers.js';

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
 * the CPU has it.
 */
export async function run(args) {
  const options = parseOptions(args, { rounds: 7, case: -1, steps: 0, threads: 0 });
  const env = threadSettings(options.threads);
  const python = peerPython();
  const instructions = bfloat16Support();
  console.log(`bfloat16 instructions: ${instructions.join(', ') || 'none'}`);
  const precisions = instructions.length > 0 ? ['fp32', 'bf16'] : ['fp32'];
  const rows = [];
  for (const [model, batch, size, steps] of chosenCases(cases, options.case)) {
    const shape = [model, batch, size, options.steps || steps].map(String);
    const start = (precision, command, file, ...rest) =>
      new Implementation(
        precision,
        command,
        [implementationFile(file), ...shape, ...rest, precision],
        env,
      );
    const ours = precisions.map((each) => start(each, process.execPath, 'train_ours.js'));
    const peers = precisions.flatMap((each) =>
      formats.map((format) => start(each, python, 'train_torch.py', format)),
    );
    const implementations = [...ours, ...peers];
    try {
      for (const each of implementations) {
        const { version, threads } = await each.ready();
        if (rows.length === 0) console.log(`${version}, threads: ${threads}`);
      }
      const results = await alternate(implementations, options.rounds);
      const sides = implementations.map(({ name }, i) => ({ precision: name, rounds: results[i] }));
      rows.push(
        ...rowsOf(
          `${model} ${batch}x${size}x${size}`,
          sides.slice(0, ours.length),
          sides.slice(ours.length),
        ),
      );
    } finally {
      for (const each of implementations) each.stop();
    }
  }
  console.table(rows);
}

const medianOf = (rounds, value) => median(rounds.map(value));

/** Each of ours beside the better memory format of the peer's float32, and of the same precision. */
function rowsOf(name, ours, peers) {
  return ours.flatMap((side) => {
    const precisions = side.precision === 'fp32' ? ['fp32'] : ['fp32', side.precision];
    return precisions.map((precision) => {
      const [peer] = peers
        .filter((other) => other.precision === precision)
        .toSorted((a, b) => medianOf(b.rounds, rate) - medianOf(a.rounds, rate));
      const memory = ({ rounds }) => Math.round(rounds.at(-1).peakMB);
      return {
        case: name,
        ours: side.precision,
        PyTorch: precision,
        'ours images/s': medianOf(side.rounds, rate).toFixed(1),
        'PyTorch images/s': medianOf(peer.rounds, rate).toFixed(1),
        ...compareRounds(side.rounds, peer.rounds),
        'CPU ms/image': `${medianOf(side.rounds, cost).toFixed(1)} / ${medianOf(peer.rounds, cost).toFixed(1)}`,
        'peak MB': `${memory(side)} / ${memory(peer)}`,
      };
    });
  });
}
