import { buffer } from 'node:stream/consumers';
import { resolve } from 'node:path';

import { Predictor, type Prediction } from '@resnet/predictor';

import { precisionSettings, usePrecision } from '../../backends/precision.ts';
import type { PredictOptions } from './options.ts';
import { FailureError, InterruptedError } from '../../errors.ts';
import { count, plural } from '../../terminal/format.ts';
import { decodeImage, DecodeError, decodeFiles, loadImages } from '@resnet/data';
import { type Io, OutputClosed } from '../../terminal/io.ts';
import { evalTransformOf } from '@resnet/image';
import { startProgress } from '../../terminal/progress.ts';
import { openModel, readCard, usingWeights } from '../../run-folder/open-model.ts';
import { withBackend } from '../../backends/with-backend.ts';
import { expandImages, type ImageArgument } from './expand-images.ts';
import { createPrinter, type Outcome } from './print.ts';

/** Up to this many images, starting worker threads would take longer than they save. */
const fewImages = 16;

export async function runPredict(
  run: string,
  files: readonly string[],
  options: PredictOptions,
  io: Io,
): Promise<void> {
  const folder = resolve(io.cwd, run);
  await readCard(folder);
  const images = await expandImages(files, io.cwd);
  const model = await openModel(folder);
  const { signal, release } = io.takeInterrupts();
  try {
    const { done, failed } = await withBackend(options.backend ?? 'auto', async (backend) => {
      usePrecision(precisionSettings(options), backend.name);
      const predictor = await usingWeights(folder, () => Predictor.load(model));
      try {
        return await predictAndPrint(images, predictor, { options, io, signal });
      } finally {
        predictor.dispose();
      }
    });
    const total = plural(images.length, 'image');
    if (signal.reason instanceof OutputClosed) return;
    if (signal.aborted) throw new InterruptedError(`Stopped after ${count(done)} of ${total}.`);
    if (failed > 0) throw new FailureError(`${count(failed)} of ${total} could not be read.`);
  } finally {
    release();
  }
}

async function predictAndPrint(
  images: readonly ImageArgument[],
  predictor: Predictor,
  { options, io, signal }: { options: PredictOptions; io: Io; signal: AbortSignal },
): Promise<{ done: number; failed: number }> {
  const format = options.json === true ? 'json' : options.csv === true ? 'csv' : 'table';
  const top = Math.min(options.top ?? 3, predictor.card.labelNames.length);
  const printer = createPrinter(format, top, io);
  const progress = startProgress('predicting', images.length, io);
  let done = 0;
  let failed = 0;
  try {
    for await (const outcome of predictAll(images, predictor, { io, top, signal, ...options })) {
      done++;
      if ('error' in outcome) failed++;
      // The bar gives way to what is printed while it is drawn.
      if (format !== 'table' || 'error' in outcome) progress.stop();
      printer.add(outcome);
      progress.update(done, `${count(done)} of ${plural(images.length, 'image')}`);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    progress.stop();
  }
  printer.end();
  return { done, failed };
}

interface PredictAllOptions {
  readonly io: Io;
  readonly top: number;
  readonly batch?: number;
  readonly signal: AbortSignal;
}

/** The outcome of every image, in their order, as soon as its batch is done. */
async function* predictAll(
  images: readonly ImageArgument[],
  predictor: Predictor,
  { io, top, batch = 32, signal }: PredictAllOptions,
): AsyncGenerator<Outcome, void> {
  let waiting: { file: string; image: Float32Array | undefined; error: string }[] = [];
  const flush = async (): Promise<Outcome[]> => {
    const loaded = waiting.flatMap(({ image }) => image ?? []);
    const rows = (await predictor.probabilities(loaded)).values();
    const outcomes = waiting.map(({ file, image, error }): Outcome => {
      if (image === undefined) return { file, error };
      return { file, predictions: best(rows.next().value ?? [], predictor.card.labelNames, top) };
    });
    waiting = [];
    return outcomes;
  };
  let i = 0;
  for await (const loaded of loadAll(images, predictor, io, signal)) {
    const file = images[i++]?.name ?? '';
    waiting.push({
      file,
      image: 'image' in loaded ? loaded.image : undefined,
      error: 'reason' in loaded ? loaded.reason : '',
    });
    if (waiting.length >= batch) yield* await flush();
    signal.throwIfAborted();
  }
  yield* await flush();
}

type Loaded = { readonly image: Float32Array } | { readonly reason: string };

async function* loadAll(
  images: readonly ImageArgument[],
  predictor: Predictor,
  io: Io,
  signal: AbortSignal,
): AsyncGenerator<Loaded, void> {
  const paths = images.flatMap(({ path }) => path ?? []);
  const files = loadFiles(paths, predictor, signal);
  for (const { path } of images) {
    if (path === undefined) {
      yield await loadStdin(predictor, io);
    } else {
      const next = await files.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
}

async function* loadFiles(
  paths: readonly string[],
  predictor: Predictor,
  signal: AbortSignal,
): AsyncGenerator<Loaded, void> {
  if (paths.length > fewImages) {
    yield* loadImages(paths, evalTransformOf(predictor.card.pretrainedCfg), { signal });
    return;
  }
  for await (const decoded of decodeFiles(paths, { signal })) {
    yield 'raster' in decoded ? { image: predictor.preprocess(decoded.raster) } : decoded;
  }
}

async function loadStdin(predictor: Predictor, io: Io): Promise<Loaded> {
  if (io.stdin.isTTY === true) return { reason: 'stdin is a terminal, an image was expected' };
  try {
    return { image: predictor.preprocess(await decodeImage(await buffer(io.stdin))) };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { reason: error.reason };
  }
}

/** The `top` most probable classes, best first; of equals the lower index. */
function best(
  probabilities: readonly number[],
  labels: readonly string[],
  top: number,
): Prediction[] {
  return probabilities
    .map((probability, index) => ({ index, label: labels[index] ?? String(index), probability }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, top);
}
