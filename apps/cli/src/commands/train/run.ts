import { rmdir } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { type ModelCard, parameterCount, ResNet, type StateDict } from '@resnet/model';
import { type Checkpoint, fitEpochs } from '@resnet/trainer';

import type { SelectedBackend } from '../../backends/select.ts';
import type { TrainOptions } from './flags.ts';
import { type Dataset, openDataset } from '@resnet/data';
import { describeSystemError } from '@resnet/files';
import { FailureError, InterruptedError, UsageError } from '../../errors.ts';
import { plural } from '../../terminal/format.ts';
import { nameFlags } from '../../options/name-flags.ts';
import { zooConfig } from '../../options/zoo-config.ts';
import type { Io } from '../../terminal/io.ts';
import { quoted, shownPath } from '../../terminal/paths.ts';
import { recipe } from './recipe.ts';
import { loadCheckpoint } from '../../run-folder/checkpoint-store.ts';
import { runFiles } from '../../run-folder/layout.ts';
import { trainedParameters } from './fine-tune-settings.ts';
import { loadBackbone, startFrom } from './start-weights.ts';
import { withBackend } from '../../backends/with-backend.ts';
import { fixThreads, usePrecision } from '../../backends/precision.ts';
import { modelCard } from './model-card.ts';
import { planRun, type RunPlan } from './plan-run.ts';
import { createReporter } from './print.ts';
import type { Reporter } from './reporter.ts';
import { runManifest } from './run-manifest.ts';
import { type RunWriter, runWriter } from './run-writer.ts';
import { type CompleteSettings, completeSettings } from './settings.ts';
import { takeFolder } from './take-folder.ts';
import { trainerOptions } from './trainer-options.ts';
import { openTrainingData } from './training-data.ts';
import { trainingLoop } from './training-loop.ts';

/** What a session of training is set by, reports to and is stopped by. */
interface Session {
  readonly options: TrainOptions;
  readonly io: Io;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
}

/** All that is known before the first step. */
interface Prepared {
  readonly plan: RunPlan;
  readonly settings: CompleteSettings;
  readonly dataset: Dataset;
  readonly card: ModelCard;
  readonly writer: RunWriter;
  readonly backend: SelectedBackend;
  readonly resume: Checkpoint | undefined;
  /** What fine-tuning starts from. */
  readonly startState: StateDict | undefined;
}

export async function runTrain(
  data: string | undefined,
  options: TrainOptions,
  io: Io,
): Promise<void> {
  const plan = await planRun(data, options, io.cwd);
  zooConfig(plan.settings.model);
  const reporter = createReporter(options.json === true, io);
  const { signal, release } = io.takeInterrupts();
  signal.addEventListener('abort', () => reporter.stopping(), { once: true });
  try {
    await prepareAndTrain(plan, { options, io, reporter, signal });
  } catch (error) {
    // What the abort threw in the middle of the preparations.
    if (!signal.aborted || error !== signal.reason) throw error;
    throw new InterruptedError('Stopped before the training began.');
  } finally {
    reporter.close();
    release();
  }
}

/** Checks all that can be wrong before a folder is touched. */
async function prepareAndTrain(plan: RunPlan, session: Session): Promise<void> {
  const { io, options, reporter, signal } = session;
  const dataset = await openData(plan, signal);
  for (const warning of dataset.warnings) reporter.warn(nameFlags(warning));
  if (dataset.val.length === 0) {
    reporter.warn('There are no images for validation: training accuracy decides what is best.');
  }
  const start = await startFrom(plan.settings, options, dataset.classes, io);
  for (const note of start.notes) reporter.warn(note);
  const settings = await completeSettings(start.settings, dataset);
  const card = modelCard(settings, dataset.classes);
  fixThreads(settings);
  await withBackend(settings.backend, async (backend) => {
    signal.throwIfAborted();
    const precision = usePrecision(settings, backend.name);
    const trainedOn = plan.resumes ? plan.settings.trainedOn : undefined;
    if (trainedOn !== undefined && trainedOn !== backend.name) {
      reporter.warn(
        `The run was trained on ${trainedOn} so far: on ${backend.name} it goes on, but not to the very same result.`,
      );
    }
    const named = { ...settings, precision, trainedOn: backend.name };
    const startState = start.state;
    await takeFolderAndTrain(
      { plan, settings: named, dataset, card, backend, startState },
      session,
    );
  });
}

async function takeFolderAndTrain(
  checked: Omit<Prepared, 'writer' | 'resume'>,
  session: Session,
): Promise<void> {
  const { card } = checked;
  let { settings, dataset } = checked;
  const { plan, unlock } = await takeFolder(checked.plan, session.options, session.io.cwd);
  const { folder, resumes } = plan;
  try {
    const writer = runWriter(folder, basename(folder), card);
    const resume = resumes ? await loadCheckpoint(folder) : undefined;
    checkUnfinished(plan, settings, resume);
    if (!resumes) {
      settings = await withFittingEpochs({ ...checked, plan }, session);
      await writer.begin(settings, runManifest(dataset, settings));
      // In the manifest's order, as a resumed run reads it: the batches depend on it.
      dataset = await openManifest(folder, session.signal);
    }
    await trainPrepared({ ...checked, plan, settings, dataset, writer, resume }, session);
  } finally {
    unlock();
    // Left empty where nothing could be written; else this does nothing.
    await rmdir(folder).catch(() => undefined);
  }
}

/** Decides on the epochs where the user has given minutes. */
async function withFittingEpochs(
  { settings, dataset, card, startState }: Omit<Prepared, 'writer' | 'resume'>,
  { options, signal }: Session,
): Promise<CompleteSettings> {
  const { minutes } = settings;
  if (minutes === undefined) return settings;
  const model = freshModel(settings, card, startState);
  const data = openTrainingData(dataset, settings, card, options.workers);
  try {
    const { classes } = dataset;
    const { trainData, valData } = data;
    const options = {
      ...(await trainerOptions(settings)),
      model,
      classes,
      trainData,
      valData,
      signal,
    };
    const { epochs } = await fitEpochs({ minutes, ...options });
    return { ...settings, epochs: Math.min(epochs, settings.epochs) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    await data.close();
    model.dispose();
  }
}

function freshModel(
  { seed }: CompleteSettings,
  { config }: ModelCard,
  startState: StateDict | undefined,
): ResNet {
  const model = ResNet.init(config, { seed, zeroInitResidual: recipe.zeroInitResidual });
  if (startState !== undefined) loadBackbone(model, startState);
  return model;
}

async function openData(
  { folder, resumes, settings }: RunPlan,
  signal: AbortSignal,
): Promise<Dataset> {
  if (resumes) return await openManifest(folder, signal);
  const { data, seed, val, groupBy } = settings;
  const pattern = groupBy === undefined ? undefined : new RegExp(groupBy, 'u');
  return await openDataset(data, { seed, val, groupBy: pattern, signal });
}

/** What a run trains on is kept in its folder. */
async function openManifest(folder: string, signal: AbortSignal): Promise<Dataset> {
  // A manifest needs neither seed nor fraction.
  return await openDataset(join(folder, runFiles.split), { seed: 0, val: 0, signal });
}

function checkUnfinished(
  { folder }: RunPlan,
  { epochs }: CompleteSettings,
  resume: Checkpoint | undefined,
): void {
  if (resume === undefined || resume.epochsDone < epochs) return;
  throw new UsageError(`The run in ${folder} is complete: ${plural(epochs, 'epoch')}.`, {
    hint: 'To train for longer, start a new run with more --epochs.',
  });
}

async function trainPrepared(prepared: Prepared, session: Session): Promise<void> {
  const { plan, settings, dataset, card, writer, resume } = prepared;
  const { io, options, reporter, signal } = session;
  const began = performance.now();
  const model = freshModel(settings, card, prepared.startState);
  const data = openTrainingData(dataset, settings, card, options.workers);
  try {
    reportStart(prepared, session);
    const { stopped, best } = await trainingLoop({
      settings,
      model,
      classes: dataset.classes,
      ...data,
      resume,
      signal,
      writer,
      reporter,
    });
    const run = shownPath(plan.folder, io.cwd);
    reporter.end({
      stopped,
      folder: run,
      best,
      validated: dataset.val.length > 0,
      seconds: (performance.now() - began) / 1000,
      skipped: data.skipped.map(({ path, reason }) => ({ path: shownPath(path, io.cwd), reason })),
      next: stopped
        ? [`resnet train --resume ${quoted(run)}`]
        : [`resnet predict ${quoted(run)} images/`, `resnet evaluate ${quoted(run)}`],
    });
    if (stopped) throw new InterruptedError('');
  } catch (error) {
    throw describeWriteFailure(error, plan.folder);
  } finally {
    await data.close();
    model.dispose();
  }
}

function reportStart(prepared: Prepared, { io, reporter }: Session): void {
  const { plan, settings, dataset, card, backend, resume } = prepared;
  reporter.start({
    backend: backend.name,
    backendDetail: backend.detail,
    backendReason: backend.reason,
    passedOver: backend.passedOver,
    precision: settings.precision === undefined ? 'float32' : 'bf16',
    data: shownPath(settings.data, io.cwd),
    classes: dataset.classes,
    trainImages: dataset.train.length,
    valImages: dataset.val.length,
    testImages: dataset.test.length,
    model: settings.model,
    parameters: parameterCount(card.config),
    imageSize: settings.imageSize,
    epochs: settings.epochs,
    minutes: settings.minutes,
    batch: settings.batch,
    optimizer: settings.optimizer,
    learningRate: settings.learningRate,
    augment: settings.augment,
    folder: shownPath(plan.folder, io.cwd),
    beside: plan.beside === undefined ? undefined : shownPath(plan.beside, io.cwd),
    fineTuning: settings.fineTune && {
      ...settings.fineTune,
      freshHead: settings.fineTune.freshHead,
      trainedParameters: trainedParameters(settings.fineTune),
    },
    resumes: plan.resumes,
    epochsDone: resume?.epochsDone ?? 0,
  });
}

/** A full disk costs the steps since the last checkpoint, and no more: that has to be said. */
function describeWriteFailure(error: unknown, folder: string): unknown {
  const system = describeSystemError(error);
  if (system === undefined) return error;
  return new FailureError(`The run cannot be written: ${system.message}.`, {
    cause: error,
    hint: `What was saved before is complete. Fix that, then go on with: resnet train --resume ${quoted(folder)}`,
  });
}
