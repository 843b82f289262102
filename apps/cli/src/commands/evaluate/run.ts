import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { type ModelCard, readSafetensors, ResNet } from '@resnet/model';
import { evaluate, type Evaluation, TrainingError } from '@resnet/trainer';

import { precisionSettings, usePrecision } from '../../backends/precision.ts';
import { drawConfusionMatrix } from '../../charts/confusion-matrix.ts';
import type { EvaluateOptions } from './options.ts';
import { type LabelledSet, openLabelled, imageLoader } from '@resnet/data';
import { FailureError, InterruptedError, UsageError } from '../../errors.ts';
import { count, plural } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { evalTransformOf } from '@resnet/image';
import { startProgress } from '../../terminal/progress.ts';
import { runFiles } from '../../run-folder/layout.ts';
import { openModel, readCard, usingWeights } from '../../run-folder/open-model.ts';
import { writeWhole } from '@resnet/files';
import { withBackend } from '../../backends/with-backend.ts';
import { printEvaluation, type SkippedImage } from './print.ts';

export async function runEvaluate(
  run: string,
  data: string | undefined,
  options: EvaluateOptions,
  io: Io,
): Promise<void> {
  const folder = resolve(io.cwd, run);
  const card = await readCard(folder);
  const { signal, release } = io.takeInterrupts();
  try {
    const set = await openLabelled(
      data === undefined ? ownData(folder, run) : resolve(io.cwd, data),
      {
        classes: card.labelNames,
        // On its own images the run's best epoch was chosen by the validation subset: say so.
        subset: options.subset ?? (data === undefined ? 'val' : undefined),
        signal,
      },
    );
    for (const warning of set.warnings) io.note(`${io.noteColor.yellow('warning:')} ${warning}`);
    const { evaluation, skipped } = await evaluateSet(folder, card, set, { options, io, signal });
    if (options.confusionMatrix !== undefined) {
      const file = resolve(io.cwd, options.confusionMatrix);
      await writeWhole(
        file,
        drawConfusionMatrix(evaluation.confusion, card.labelNames, set.source),
      );
    }
    printEvaluation({ evaluation, card, set, skipped, options, io });
  } catch (error) {
    const stopped = error instanceof TrainingError && error.code === 'ABORTED';
    if (signal.aborted && (stopped || error === signal.reason)) {
      throw new InterruptedError('Stopped; nothing was measured to the end.');
    }
    throw error;
  } finally {
    release();
  }
}

/** The images that a run was trained on and validated by. */
function ownData(folder: string, run: string): string {
  const manifest = join(folder, runFiles.split);
  if (existsSync(manifest)) return manifest;
  throw new UsageError(`${run} does not say which images it was trained with.`, {
    hint: `Name the data: resnet evaluate ${run} images/`,
  });
}

interface Work {
  readonly options: EvaluateOptions;
  readonly io: Io;
  readonly signal: AbortSignal;
}

interface Measured {
  readonly evaluation: Evaluation;
  readonly skipped: readonly SkippedImage[];
}

async function evaluateSet(
  folder: string,
  card: ModelCard,
  set: LabelledSet,
  work: Work,
): Promise<Measured> {
  const { weights } = await openModel(folder);
  return await withBackend(work.options.backend ?? 'auto', async (backend) => {
    usePrecision(precisionSettings(work.options), backend.name);
    const model = await usingWeights(folder, () =>
      ResNet.fromStateDict(card.config, readSafetensors(weights).tensors),
    );
    try {
      return await evaluateModel(model, card, set, work);
    } finally {
      model.dispose();
    }
  });
}

async function evaluateModel(
  model: ResNet,
  card: ModelCard,
  set: LabelledSet,
  { options, io, signal }: Work,
): Promise<Measured> {
  const skipped: SkippedImage[] = [];
  const data = imageLoader({
    files: set.examples,
    batchSize: options.batch ?? 32,
    transform: { kind: 'evaluate', options: evalTransformOf(card.pretrainedCfg) },
    onBadImage: (path, reason) => void skipped.push({ path, reason }),
    // Each is seen once.
    cacheBytes: 0,
    ...(options.workers !== undefined && { workers: options.workers }),
  });
  const progress = startProgress('evaluating', set.examples.length, io);
  try {
    const evaluation = await evaluate({
      model,
      data,
      classes: card.labelNames,
      signal,
      onProgress: (done, total) =>
        progress.update(done, `${count(done)} of ${plural(total, 'image')}`),
    });
    return { evaluation, skipped };
  } catch (error) {
    if (!(error instanceof TrainingError) || error.code !== 'DATA_ENDED') throw error;
    throw new FailureError(`None of the images in ${set.source} could be read.`, {
      hint: skipped[0] === undefined ? undefined : `${skipped[0].path}: ${skipped[0].reason}`,
      cause: error,
    });
  } finally {
    progress.stop();
    await data.close();
  }
}
