import type { Command } from 'commander';

import type { Io } from '../terminal/io.ts';
import { declareDoctor, type DoctorOptions } from './doctor/options.ts';
import { declareEvaluate, type EvaluateOptions } from './evaluate/options.ts';
import { declareExport, type ExportOptions } from './export/options.ts';
import { declareImport, type ImportOptions } from './import/options.ts';
import { declareInfo, type InfoOptions } from './info/options.ts';
import { declarePredict, type PredictOptions } from './predict/options.ts';
import { declareSetup, type SetupOptions } from './setup/options.ts';
import { declareSplit, type SplitCommandOptions } from './split/options.ts';
import { declareTrain, type TrainOptions } from './train/options.ts';

/**
 * Adds every command to the program, in the order in which a newcomer needs them. What a command
 * does is loaded when it is called, so that `--help` and mistyped flags are answered at once.
 */
export function registerCommands(program: Command, io: Io): void {
  declareSetup(program).action(async (options: SetupOptions) => {
    const { runSetup } = await import('./setup/run.ts');
    await runSetup(options, io);
  });
  declareDoctor(program).action(async (options: DoctorOptions) => {
    const { runDoctor } = await import('./doctor/run.ts');
    await runDoctor(options, io);
  });
  declareSplit(program).action(async (dir: string, options: SplitCommandOptions) => {
    const { runSplit } = await import('./split/run.ts');
    await runSplit(dir, options, io);
  });
  declareTrain(program).action(async (data: string | undefined, options: TrainOptions) => {
    const { runTrain } = await import('./train/run.ts');
    await runTrain(data, options, io);
  });
  declareEvaluate(program).action(
    async (run: string, data: string | undefined, options: EvaluateOptions) => {
      const { runEvaluate } = await import('./evaluate/run.ts');
      await runEvaluate(run, data, options, io);
    },
  );
  declarePredict(program).action(
    async (run: string, files: readonly string[], options: PredictOptions) => {
      const { runPredict } = await import('./predict/run.ts');
      await runPredict(run, files, options, io);
    },
  );
  declareInfo(program).action(async (model: string | undefined, options: InfoOptions) => {
    const { runInfo } = await import('./info/run.ts');
    await runInfo(model, options, io);
  });
  declareImport(program).action(async (weights: string, options: ImportOptions) => {
    const { runImport } = await import('./import/run.ts');
    await runImport(weights, options, io);
  });
  declareExport(program).action(async (run: string, options: ExportOptions) => {
    const { runExport } = await import('./export/run.ts');
    await runExport(run, options, io);
  });
}
