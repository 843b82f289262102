import { alternate, Implementation, implementationFile, median } from '../alternate.js';
import { parseOptions } from '../options.js';

/**
 * A training step of ResNet-20 on wasm, batch 32, one thread: our kernels and the versions composed
 * of tfjs's, in turns.
 */
export async function run(args) {
  const { rounds } = parseOptions(args, { rounds: 5 });
  const file = implementationFile('train_wasm.js');
  const implementations = ['own', 'composed'].map(
    (name) => new Implementation(name, process.execPath, [file, name, '32', '1']),
  );
  try {
    for (const each of implementations) console.log((await each.ready()).version);
    const results = await alternate(implementations, rounds);
    const milliseconds = ({ seconds }) => 1000 * seconds;
    console.table(
      results.map((own, i) => ({
        kernels: implementations[i].name,
        'ms a step': median(own.map(milliseconds)).toFixed(0),
        'CPU ms a step': median(own.map(({ cpuSeconds }) => 1000 * cpuSeconds)).toFixed(0),
        'times ours': median(own.map(({ seconds }, r) => seconds / results[0][r].seconds)).toFixed(
          2,
        ),
        'loss of the last step': own.at(-1).loss.toFixed(4),
      })),
    );
  } finally {
    for (const each of implementations) each.stop();
  }
}
