import { count, duration, percent, plural, si } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { type ProgressBar, startProgress } from '../../terminal/progress.ts';
import type { Reporter, RunEnd, RunStart, StepReport } from './reporter.ts';

/** How many unreadable images are named at the end; the rest are counted. */
const skippedShown = 10;
/** Without a terminal, a line as often as this. */
const plainSeconds = 30;

/** For people: a bar on a terminal, a line now and then elsewhere, a line an epoch on both. */
export function textReporter(io: Io): Reporter {
  let bar: ProgressBar | undefined;
  let barEpoch = 0;
  let lastLine = performance.now();
  const clear = (): void => {
    bar?.stop();
    bar = undefined;
  };
  return {
    start(start) {
      for (const line of startLines(start, io)) io.out(line);
    },
    step(step) {
      if (io.progress) {
        if (bar === undefined || barEpoch !== step.epoch) {
          clear();
          bar = startProgress(`epoch ${step.epoch}/${step.epochs}`, step.steps, io);
          barEpoch = step.epoch;
        }
        bar.update(step.step, stepText(step));
      } else if (performance.now() - lastLine > plainSeconds * 1000) {
        lastLine = performance.now();
        io.note(
          `epoch ${step.epoch}/${step.epochs}  step ${step.step}/${step.steps}  ${stepText(step)}`,
        );
      }
    },
    epoch({ row, epochs, isBest }) {
      clear();
      lastLine = performance.now();
      const epoch = String(row.epoch).padStart(String(epochs).length);
      const val =
        row.valTop1 === undefined
          ? ''
          : `  ${io.color.bold(`val ${percent(row.valTop1)}`)} loss ${(row.valLoss ?? 0).toFixed(3)}`;
      io.out(
        `epoch ${epoch}/${epochs}  train ${percent(row.trainTop1)} loss ${row.trainLoss.toFixed(3)}` +
          `${val}  ${Math.round(row.imagesPerSecond)} images/s  ${duration(row.seconds)}` +
          (isBest ? io.color.green('  best') : ''),
      );
    },
    checkpoint: () => undefined,
    warn(text) {
      clear();
      io.note(`${io.noteColor.yellow('warning:')} ${text}`);
    },
    stopping() {
      clear();
      io.note('Stopping after this step and saving; Ctrl-C again quits at once.');
    },
    end(end) {
      clear();
      for (const line of endLines(end, io)) io.out(line);
    },
    close: clear,
  };
}

function startLines(start: RunStart, io: Io): string[] {
  const { bold, dim } = io.color;
  const [height, width] = start.imageSize;
  const size = height === width ? `${height} px` : `${height} x ${width} px`;
  const test = start.testImages > 0 ? `, ${count(start.testImages)} held out for a test` : '';
  const field = (name: string, text: string): string => `${dim(name.padEnd(8))} ${text}`;
  return [
    field(
      'data',
      `${start.data}: ${plural(start.classes.length, 'class', 'classes')}, ` +
        `${plural(start.trainImages, 'image')} to train, ${count(start.valImages)} to validate${test}`,
    ),
    field('model', `${bold(start.model)}, ${si(start.parameters)} parameters, ${size}`),
    ...fineTuningLines(start).map((line) => field('weights', line)),
    field(
      'training',
      `${plural(start.epochs, 'epoch')}${minutesText(start.minutes)}, batch ${start.batch}, ${start.optimizer} at ` +
        `${start.learningRate}, ${start.augment} augmentation`,
    ),
    field(
      'backend',
      `${bold(start.backend)} (${start.backendDetail}), ${start.backendReason}` +
        (start.precision === 'bf16' ? '; in bfloat16' : ''),
    ),
    ...start.passedOver.map(({ name, problem, hint = '' }) =>
      dim(`         not ${name}: ${problem} ${hint}`.trimEnd()),
    ),
    field(
      'writes',
      start.folder + (start.beside === undefined ? '' : dim(` (${start.beside} is left alone)`)),
    ),
    ...(start.resumes
      ? [field('resumes', `after ${plural(start.epochsDone, 'epoch')} of ${start.epochs}`)]
      : []),
    '',
  ];
}

function minutesText(minutes: number | undefined): string {
  return minutes === undefined ? '' : ` (--minutes ${minutes})`;
}

function fineTuningLines({ fineTuning }: RunStart): string[] {
  if (fineTuning === undefined) return [];
  const { weights, freshHead, freeze, backboneLr, trainedParameters } = fineTuning;
  const head =
    freshHead === undefined ? 'with their classifier' : `a fresh classifier, as ${freshHead}`;
  const lines = [`${weights}, ${head}`];
  if (freeze.length > 0) {
    lines.push(`${freeze.join(', ')} frozen: ${si(trainedParameters)} parameters are trained`);
  }
  if (backboneLr !== 1) lines.push(`all but the classifier at ${backboneLr} of the rate`);
  return lines;
}

function stepText(step: StepReport): string {
  const wait =
    step.dataWaitFraction > 0.1 ? `  (${percent(step.dataWaitFraction, 0)} waiting for data)` : '';
  return (
    `loss ${step.epochLoss.toFixed(3)}  acc ${percent(step.epochTop1)}  ` +
    `${Math.round(step.imagesPerSecond)} images/s${wait}  ${duration(step.secondsLeft)} left`
  );
}

function endLines(end: RunEnd, io: Io): string[] {
  const { bold, yellow } = io.color;
  const lines = [''];
  if (end.stopped) lines.push(`Stopped; everything is saved in ${bold(end.folder)}.`);
  else lines.push(`Done in ${duration(end.seconds)}; the model is in ${bold(end.folder)}.`);
  if (end.best !== undefined) {
    const { top1, epoch } = end.best;
    const on = end.validated ? 'validation' : 'training images';
    lines.push(`Best top-1 ${bold(percent(top1))} on ${on}, in epoch ${epoch}.`);
  }
  if (end.skipped.length > 0) {
    const were = end.skipped.length === 1 ? 'was' : 'were';
    lines.push(
      '',
      yellow(`${plural(end.skipped.length, 'image')} could not be read and ${were} left out:`),
    );
    for (const { path, reason } of end.skipped.slice(0, skippedShown)) {
      lines.push(`  ${path}: ${reason}`);
    }
    const more = end.skipped.length - skippedShown;
    if (more > 0) lines.push(`  and ${count(more)} more`);
  }
  if (end.next.length > 0) {
    lines.push('', end.stopped ? 'Go on with:' : 'Next:');
    for (const command of end.next) lines.push(`  ${command}`);
  }
  return lines;
}
