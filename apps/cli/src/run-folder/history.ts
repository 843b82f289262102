import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';

/** What is kept of an epoch; `epoch` counts from 1, accuracies lie in 0..1. */
export interface HistoryRow {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly trainTop1: number;
  readonly valLoss: number;
  readonly valTop1: number;
  readonly valTop5: number;
  readonly learningRate: number;
  readonly imagesPerSecond: number;
  readonly seconds: number;
}

/** Column of `history.csv`, and the field it holds. */
const columns: readonly (readonly [string, keyof HistoryRow])[] = [
  ['epoch', 'epoch'],
  ['train_loss', 'trainLoss'],
  ['train_top1', 'trainTop1'],
  ['val_loss', 'valLoss'],
  ['val_top1', 'valTop1'],
  ['val_top5', 'valTop5'],
  ['learning_rate', 'learningRate'],
  ['images_per_second', 'imagesPerSecond'],
  ['seconds', 'seconds'],
];

export function formatHistory(rows: readonly HistoryRow[]): string {
  return stringify(
    rows.map((row) => columns.map(([, field]) => number(row[field]))),
    { header: true, columns: columns.map(([name]) => name) },
  );
}

/** @throws {Error} on a file that `formatHistory` did not write */
export function parseHistory(text: string): HistoryRow[] {
  const [header = [], ...rows] = parse(text) as string[][];
  return rows.map((cells) => {
    const at = ([name, field]: (typeof columns)[number]): [string, number] => {
      const index = header.indexOf(name);
      const cell = cells[index];
      if (cell === undefined) throw new Error(`history.csv has no column ${name}`);
      return [field, cell === '' ? Number.NaN : Number(cell)];
    };
    return Object.fromEntries(columns.map(at)) as unknown as HistoryRow;
  });
}

/** Seven digits are more than a chart or a spreadsheet shows; NaN is an empty cell. */
function number(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(7))) : '';
}
