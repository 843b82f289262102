import type { Prediction } from '@resnet/predictor';
import { stringify } from 'csv-stringify/sync';

import { percent } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';

/** What became of one image: its likeliest classes, best first, or why it could not be read. */
export type Outcome =
  | { readonly file: string; readonly predictions: readonly Prediction[] }
  | { readonly file: string; readonly error: string };

/** Prints outcomes in the order they are added. */
export interface Printer {
  add(outcome: Outcome): void;
  end(): void;
}

export function createPrinter(format: 'table' | 'json' | 'csv', top: number, io: Io): Printer {
  if (format === 'json') return jsonPrinter(io);
  return format === 'csv' ? csvPrinter(io) : tablePrinter(top, io);
}

/** A JSON object a line and image. */
function jsonPrinter(io: Io): Printer {
  return {
    add(outcome) {
      io.out(
        JSON.stringify(
          'error' in outcome
            ? outcome
            : {
                file: outcome.file,
                predictions: outcome.predictions.map(({ label, probability }) => ({
                  label,
                  probability: rounded(probability),
                })),
              },
        ),
      );
    },
    end: () => undefined,
  };
}

/** A row an image and class, with a header; images that cannot be read have no row. */
function csvPrinter(io: Io): Printer {
  const row = (cells: readonly (string | number)[]): void => {
    io.out(stringify([[...cells]]).trimEnd());
  };
  row(['file', 'rank', 'label', 'probability']);
  return {
    add(outcome) {
      if ('error' in outcome) {
        noteError(outcome, io);
        return;
      }
      for (const [i, { label, probability }] of outcome.predictions.entries()) {
        row([outcome.file, i + 1, label, rounded(probability)]);
      }
    },
    end: () => undefined,
  };
}

/** For people: a line an image, the likeliest class first, all columns fitted at the end. */
function tablePrinter(top: number, io: Io): Printer {
  const rows: string[][] = [];
  const { bold, dim } = io.color;
  return {
    add(outcome) {
      if ('error' in outcome) {
        noteError(outcome, io);
        return;
      }
      const cells = outcome.predictions.flatMap(({ label, probability }, i) => {
        const style = i === 0 ? bold : dim;
        return [style(label), style(percent(probability))];
      });
      rows.push([outcome.file, ...cells]);
    },
    end() {
      if (rows.length === 0) return;
      const width = Math.max(...rows.map((row) => row.length));
      const columns = Array.from({ length: (width - 1) / 2 }, (_, i) => [
        { name: i === 0 ? 'class' : top === 2 ? 'or' : ordinal(i + 1) },
        { name: '', align: 'right' as const },
      ]).flat();
      io.out(formatTable([{ name: 'image' }, ...columns], rows, io));
    },
  };
}

function noteError({ file, error }: { file: string; error: string }, io: Io): void {
  io.note(`${io.noteColor.red('error:')} ${file}: ${error}`);
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
}

/** Six digits: what the float32 of different backends agree on. */
function rounded(probability: number): number {
  return Number(probability.toFixed(6));
}
