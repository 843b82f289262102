import { type BackendReport, diagnose } from '../../backends/diagnose.ts';
import { backendNames } from '../../backends/types.ts';
import type { DoctorOptions } from './options.ts';
import { FailureError, InterruptedError } from '../../errors.ts';
import type { Io } from '../../terminal/io.ts';
import { startProgress } from '../../terminal/progress.ts';
import { formatTable } from '../../terminal/table.ts';

export async function runDoctor(options: DoctorOptions, io: Io): Promise<void> {
  const { signal, release } = io.takeInterrupts();
  const reports: BackendReport[] = [];
  const progress = startProgress('checking', backendNames.length, io);
  try {
    for await (const report of diagnose({ signal })) {
      reports.push(report);
      progress.update(reports.length, report.name);
    }
  } catch (error) {
    if (signal.aborted) throw new InterruptedError('Stopped.');
    throw error;
  } finally {
    progress.stop();
    release();
  }
  if (options.json === true) io.out(JSON.stringify(reports));
  else for (const line of reportLines(reports, io)) io.out(line);
  if (!reports.some(({ works }) => works)) throw new FailureError('No backend works here.');
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
