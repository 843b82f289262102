import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { alternate, Contestant, median } from '../alternate.js';
import { peerPython } from '../peers.js';
import { makePictures } from '../pictures.js';

const contestant = (file) => fileURLToPath(new URL(`../contestants/${file}`, import.meta.url));

/**
 * The whole way from JPEG files of 500x375: ResNet-18, batches of 8 at 224, random crops and flips;
 * ours with 2 image threads, PyTorch with a DataLoader of 2 workers. Nothing is cached. Options:
 * --rounds N, --steps N (a round).
 */
export async function run(args) {
  const option = (name, otherwise) => {
    const at = args.indexOf(name);
    return at < 0 ? otherwise : Number(args[at + 1]);
  };
  const steps = option('--steps', 5);
  const folder = await mkdtemp(join(tmpdir(), 'resnet-bench-'));
  const contestants = [];
  try {
    await makePictures(folder, 64, 500, 375, 'jpeg');
    const shape = ['resnet18', '8', '224', String(steps)];
    const file = contestant('train_ours.js');
    contestants.push(new Contestant('ours', process.execPath, [file, ...shape, 'fp32', folder]));
    for (const format of ['channels_last', 'contiguous']) {
      const command = [contestant('train_torch.py'), ...shape, format, 'fp32', folder];
      contestants.push(new Contestant(`PyTorch ${format}`, peerPython(), command));
    }
    for (const each of contestants) console.log((await each.ready()).version);
    const results = await alternate(contestants, option('--rounds', 5));
    const rate = ({ images, seconds }) => images / seconds;
    console.table(
      results.map((rounds, i) => ({
        contestant: contestants[i].name,
        'images/s': median(rounds.map(rate)).toFixed(1),
        'ours / it': median(rounds.map((round, at) => rate(results[0][at]) / rate(round))).toFixed(
          2,
        ),
        'waiting for data': rounds[0].dataWaitMs === undefined ? '' : waiting(rounds),
      })),
    );
  } finally {
    for (const each of contestants) each.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function waiting(rounds) {
  const sum = (value) => rounds.reduce((total, round) => total + value(round), 0);
  const share = sum((round) => round.dataWaitMs) / sum((round) => 1000 * round.seconds);
  return `${(100 * share).toFixed(1)} %`;
}
