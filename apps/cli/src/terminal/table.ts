import Table from 'cli-table3';

import type { Io } from './io.ts';

export interface Column {
  readonly name: string;
  readonly align?: 'left' | 'right';
}

/**
 * A table without lines, as text: columns two spaces apart, numbers to the right. Wide characters
 * (CJK, emoji) and colours count as wide as they are drawn.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  io: Pick<Io, 'color'>,
): string {
  const none = '';
  const table = new Table({
    head: columns.map((column) => io.color.bold(column.name)),
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      top: none,
      'top-mid': none,
      'top-left': none,
      'top-right': none,
      bottom: none,
      'bottom-mid': none,
      'bottom-left': none,
      'bottom-right': none,
      left: none,
      'left-mid': none,
      mid: none,
      'mid-mid': none,
      right: none,
      'right-mid': none,
      middle: none,
    },
  });
  table.push(...rows.map((row) => [...row]));
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
