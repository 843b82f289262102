/** What runs in each image worker: batches in the order they were asked for, one after the other. */
import { parentPort } from 'node:worker_threads';

import sharp from 'sharp';

import { BatchWork } from './make-batch.ts';
import type { ToWorker, WorkerReport } from './protocol.ts';

const port = parentPort!;

// Parallelism comes from several images at once, and no image is asked for twice.
sharp.concurrency(1);
sharp.cache(false);

const sources = new Map<number, BatchWork>();
let queue = Promise.resolve();

port.on('message', (message: ToWorker) => {
  queue = after(queue, message);
});

async function after(previous: Promise<void>, message: ToWorker): Promise<void> {
  await previous;
  switch (message.type) {
    case 'source':
      sources.set(message.id, new BatchWork(message.spec));
      break;
    case 'forget':
      sources.delete(message.id);
      break;
    case 'batch': {
      const { job, workers } = message;
      const report: WorkerReport = (await sources.get(job.source)?.run(job, workers)) ?? {
        job: job.id,
        bad: [],
        failure: 'the loader has been closed',
      };
      port.postMessage(report);
      break;
    }
    default:
      port.close();
  }
}
