import type { HistoryRow } from '@resnet/trainer';
import { stringify } from 'csv-stringify/sync';

/** Column of `history.csv`, and the field it holds. */
const columns: readonly (readonly [string, keyof HistoryRow])[] = [
  ['epoch', 'epoch'],
  ['learning_rate', 'learningRate'],
  ['train_loss', 'trainLoss'],
  ['train_top1', 'trainTop1'],
  ['val_loss', 'valLoss'],
  ['val_top1', 'valTop1'],
  ['val_top5', 'valTop5'],
  ['images_per_second', 'imagesPerSecond'],
  ['seconds', 'seconds'],
  ['data_wait_fraction', 'dataWaitFraction'],
];

/** The text of `history.csv`: a row an epoch, an empty cell for what was not measured. */
export function formatHistory(rows: readonly HistoryRow[]): string {
  return stringify(
    rows.map((row) => columns.map(([, field]) => cell(row[field]))),
    { header: true, columns: columns.map(([name]) => name) },
  );
}

/** Seven digits are more than a chart or a spreadsheet shows. */
function cell(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '' : String(Number(value.toPrecision(7)));
}
