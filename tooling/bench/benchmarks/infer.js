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

/** The cases of the table: model, batch, image size, batches a round. */
const cases = [
  ['resnet18', 1, 224, 30],
  ['resnet18', 8, 224, 5],
  ['resnet50', 1, 224, 15],
  ['resnet50', 8, 224, 2],
];

const torchModes = ['contiguous', 'channels_last', 'frozen'];

/**
 * Inference on synthetic images: ours, onnxruntime-node and PyTorch in turns; ours in bfloat16 too
 * where the CPU has it.
 */
export async function run(args) {
  const options = parseOptions(args, { rounds: 7, case: -1, threads: 0, repeats: 0 });
  const env = threadSettings(options.threads);
  const python = peerPython();
  const instructions = bfloat16Support();
  console.log(`bfloat16 instructions: ${instructions.join(', ') || 'none'}`);
  const precisions = instructions.length > 0 ? ['fp32', 'bf16'] : ['fp32'];
  const rows = [];
  for (const [model, batch, size, repeats] of chosenCases(cases, options.case)) {
    const shape = [model, batch, size, options.repeats || repeats].map(String);
    const start = (name, command, file, ...rest) =>
      new Implementation(name, command, [implementationFile(file), ...shape, ...rest], env);
    const implementations = [
      ...precisions.map((each) => start(`ours ${each}`, process.execPath, 'infer_ours.js', each)),
      start('ONNX Runtime', process.execPath, 'infer_onnx.js'),
      ...torchModes.map((mode) => start(`PyTorch ${mode}`, python, 'infer_torch.py', mode)),
    ];
    try {
      for (const each of implementations) {
        const said = await each.ready();
        if (rows.length === 0) console.log(`${said.version}, threads: ${said.threads}`);
      }
      const results = await alternate(implementations, options.rounds);
      rows.push(
        ...rowsOf(`${model} ${batch}x${size}x${size}`, implementations, results, precisions),
      );
    } finally {
      for (const each of implementations) each.stop();
    }
  }
  console.table(rows);
}

/** One row for each implementation; each of ours, which come first, is compared with it in the same round. */
function rowsOf(name, implementations, results, precisions) {
  return implementations.map((implementation, i) => {
    const isOurs = i < precisions.length;
    const comparisons = precisions.map((precision, j) => {
      const { ratio, 'min-max': range } = compareRounds(results[j], results[i]);
      return [`${precision} / it`, isOurs ? '' : `${ratio} (${range})`];
    });
    return {
      case: i === 0 ? name : '',
      implementation: implementation.name,
      'images/s': median(results[i].map(rate)).toFixed(1),
      'CPU ms/image': median(results[i].map(cost)).toFixed(1),
      'peak MB': Math.round(results[i].at(-1).peakMB),
      ...Object.fromEntries(comparisons),
    };
  });
}
