import { type BackendReport, diagnose } from '../../backends/diagnose.ts';
import { backendNames } from '../../backends/types.ts';
import type { DoctorOptions } from './options.ts';
import { FailureError, InterruptedError } from '../../errors.ts';
import type { Io } from '../../terminal/io.ts';
import { startProgress } from '../../terminal/progress.ts';
import { printReports } from './print.ts';

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
  else printReports(reports, io);
  if (!reports.some(({ works }) => works)) throw new FailureError('No backend works here.');
}
