import type { ModelCard } from '@resnet/model';
import type { Evaluation } from '@resnet/trainer';

import type { EvaluateOptions } from './options.ts';
import type { LabelledSet } from '@resnet/data';
import { count, percent, plural } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';

export interface SkippedImage {
  readonly path: string;
  readonly reason: string;
}

export interface EvaluationReport {
  readonly evaluation: Evaluation;
  readonly card: ModelCard;
  readonly set: LabelledSet;
  readonly skipped: readonly SkippedImage[];
  readonly options: EvaluateOptions;
  readonly io: Io;
}

/** How many of the most frequent confusions are named. */
const confusionsShown = 5;

export function printEvaluation(report: EvaluationReport): void {
  if (report.options.json === true) printJson(report);
  else printText(report);
}

function printJson({ evaluation, card, set, skipped, io }: EvaluationReport): void {
  const { predictions, ...measured } = evaluation;
  io.out(
    JSON.stringify({
      data: set.source,
      images: predictions.length,
      ...measured,
      labels: card.labelNames,
      skipped,
    }),
  );
}

function printText({ evaluation, card, set, skipped, options, io }: EvaluationReport): void {
  const { bold } = io.color;
  const { top1, top5, loss, predictions, perClass, confusion } = evaluation;
  io.out(
    formatTable(
      [
        { name: 'class' },
        { name: 'images', align: 'right' },
        { name: 'precision', align: 'right' },
        { name: 'recall', align: 'right' },
        { name: 'F1', align: 'right' },
      ],
      perClass.map(({ label, support, precision, recall, f1 }) => [
        label,
        count(support),
        percent(precision),
        support === 0 ? '-' : percent(recall),
        percent(f1),
      ]),
      io,
    ),
  );
  io.out();
  const five = top5 === undefined ? '' : `, top-5 ${percent(top5)}`;
  io.out(
    `${bold(`top-1 ${percent(top1)}`)}${five}, loss ${loss.toFixed(3)} on ` +
      `${plural(predictions.length, 'image')} of ${set.source}`,
  );
  const confused = confusion
    .flatMap((row, truth) =>
      row.map((times, predicted) => ({ truth, predicted, times: truth === predicted ? 0 : times })),
    )
    .filter(({ times }) => times > 0)
    .sort((a, b) => b.times - a.times)
    .slice(0, confusionsShown);
  if (confused.length > 0) {
    io.out();
    io.out('most often taken for another:');
    for (const { truth, predicted, times } of confused) {
      io.out(`  ${card.labelNames[truth]} for ${card.labelNames[predicted]}: ${count(times)}`);
    }
  }
  if (options.confusionMatrix !== undefined) {
    io.out();
    io.out(`The confusion matrix is in ${options.confusionMatrix}`);
  }
  if (skipped.length > 0) {
    io.note();
    io.note(`${plural(skipped.length, 'image')} could not be read and did not count:`);
    for (const { path, reason } of skipped.slice(0, 10)) io.note(`  ${path}: ${reason}`);
    if (skipped.length > 10) io.note(`  and ${count(skipped.length - 10)} more`);
  }
}
