import type { BackendReport } from '../../backends/diagnose.ts';
import type { Io } from '../../terminal/io.ts';
import { formatTable } from '../../terminal/table.ts';

/** A table of the backends, which one is taken, and how to get those that are missing. */
export function printReports(reports: readonly BackendReport[], io: Io): void {
  for (const line of reportLines(reports, io)) io.out(line);
}

function reportLines(reports: readonly BackendReport[], io: Io): string[] {
  const { bold, green, red } = io.color;
  const table = formatTable(
    [
      { name: 'backend' },
      { name: 'works' },
      { name: 'GFLOP/s', align: 'right' },
      { name: 'error', align: 'right' },
      { name: 'runs on' },
    ],
    reports.map((report) => [
      report.chosen ? bold(report.name) : report.name,
      report.works ? green('yes') : red('no'),
      report.gflops === undefined ? '' : report.gflops.toFixed(report.gflops < 10 ? 1 : 0),
      report.maxError === undefined
        ? ''
        : report.maxError === 0
          ? '0'
          : report.maxError.toExponential(0),
      report.detail ?? report.problem ?? '',
    ]),
    io,
  );
  const chosen = reports.find((report) => report.chosen);
  const missing = reports.filter((report) => !report.works);
  return [
    table,
    '',
    ...(chosen === undefined
      ? []
      : [`--backend auto takes ${bold(chosen.name)}: ${chosen.reason}.`]),
    ...missing.flatMap(({ name, hint }) => (hint === undefined ? [] : [`${name}: ${hint}`])),
    '',
    'GFLOP/s: of a 3x3 convolution. error: of a convolution and its gradients, against cpu.',
  ];
}
