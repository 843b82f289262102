import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  alternate,
  compareRounds,
  Implementation,
  implementationFile,
  median,
  rate,
} from '../alternate.js';
import { parseOptions } from '../options.js';
import { peerPython } from '../peers.js';
import { makeImages } from '../images.js';

/**
 * The whole way from JPEG files of 500x375: ResNet-18, batches of 8 at 224, random crops and flips;
 * ours with 2 image threads, PyTorch with a DataLoader of 2 workers. Nothing is cached.
 */
export async function run(args) {
  const { rounds, steps } = parseOptions(args, { rounds: 5, steps: 5 });
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-'));
  const implementations = [];
  try {
    await makeImages(folder, 64, 500, 375, 'jpeg');
    const shape = ['resnet18', '8', '224', String(steps)];
    const file = implementationFile('train_ours.js');
    implementations.push(
      new Implementation('ours', process.execPath, [file, ...shape, 'fp32', folder]),
    );
    for (const format of ['channels_last', 'contiguous']) {
      const command = [implementationFile('train_torch.py'), ...shape, format, 'fp32', folder];
      implementations.push(new Implementation(`PyTorch ${format}`, peerPython(), command));
    }
    for (const each of implementations) console.log((await each.ready()).version);
    const results = await alternate(implementations, rounds);
    console.table(
      results.map((own, i) => ({
        implementation: implementations[i].name,
        'images/s': median(own.map(rate)).toFixed(1),
        'ours / it': compareRounds(results[0], own).ratio,
        'waiting for data': own[0].dataWaitMs === undefined ? '' : waiting(own),
      })),
    );
  } finally {
    for (const each of implementations) each.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function waiting(rounds) {
  const sum = (value) => rounds.reduce((total, round) => total + value(round), 0);
  const share = sum((round) => round.dataWaitMs) / sum((round) => 1000 * round.seconds);
  return `${(100 * share).toFixed(1)} %`;
}
