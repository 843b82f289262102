import { alternate, Implementation, implementationFile, median } from '../alternate.js';
import { parseOptions } from '../options.js';

/**
 * A training step of ResNet-20 on wasm, batch 32, one thread: our kernels and the reference
 * implementations on tfjs's own ops, in turns.
 */
export async function run(args) {
  const { rounds } = parseOptions(args, { rounds: 5 });
  const file = implementationFile('train_wasm.js');
  const implementations = ['ours', 'reference'].map(
    (name) => new Implementation(name, process.execPath, [file, name, '32', '1']),
  );
  try {
    for (const each of implementations) console.log((await each.ready()).version);
    const results = await alternate(implementations, rounds);
    const milliseconds = ({ seconds }) => 1000 * seconds;
    console.table(
      results.map((ran, i) => ({
        kernels: implementations[i].name,
        'ms a step': median(ran.map(milliseconds)).toFixed(0),
        'CPU ms a step': median(ran.map(({ cpuSeconds }) => 1000 * cpuSeconds)).toFixed(0),
        'times ours': median(ran.map(({ seconds }, r) => seconds / results[0][r].seconds)).toFixed(
          2,
        ),
        'loss of the last step': ran.at(-1).loss.toFixed(4),
      })),
    );
  } finally {
    for (const each of implementations) each.stop();
  }
}
