import { resolve } from 'node:path';

import type { Subsets } from '@resnet/split';

import type { SplitCommandOptions } from './options.ts';
import { foldPlanned, planSplit, splitPlanned, type SplitPlan } from '@resnet/data';
import { InterruptedError, UsageError } from '../../errors.ts';
import type { Io } from '../../terminal/io.ts';
import { nameFlags } from '../../options/name-flags.ts';
import { startProgress } from '../../terminal/progress.ts';
import { printJson, printSplit, type SplitOutcome } from './print.ts';
import { prepareManifests, type SplitRequest } from './write-manifests.ts';

const defaultVal = 0.2;

export async function runSplit(dir: string, options: SplitCommandOptions, io: Io): Promise<void> {
  if (options.mode !== undefined && options.into === undefined) {
    throw new UsageError('--mode says how files get into the folder of --into, which is missing');
  }
  const interrupts = io.takeInterrupts();
  try {
    const outcome = await split(resolve(io.cwd, dir), options, io, interrupts.signal);
    if (options.json === true) printJson(outcome, io);
    else printSplit(outcome, options, io);
  } catch (error) {
    if (!interrupts.signal.aborted) throw error;
    throw new InterruptedError('Stopped; nothing was written', { cause: error });
  } finally {
    interrupts.release();
  }
}

async function split(
  dir: string,
  options: SplitCommandOptions,
  io: Io,
  signal: AbortSignal,
): Promise<SplitOutcome> {
  const { folds, groupBy, test, seed = 0 } = options;
  const val = options.val ?? defaultVal;
  const plan = await planSplit(dir, { groupBy, signal });
  const splits =
    folds === undefined
      ? [splitPlanned(plan, { seed, val, test })]
      : foldPlanned(plan, { seed, folds, test });
  const request: SplitRequest = {
    seed,
    val: folds === undefined ? val : undefined,
    test,
    folds,
    groupBy,
  };

  const warnings = plan.warnings.map((warning) => nameFlags(warning));
  const into = options.into === undefined ? undefined : resolve(io.cwd, options.into);
  // Whatever speaks against it is found before anything is written.
  const out = options.out ?? (into === undefined ? 'split.json' : undefined);
  const manifests =
    out === undefined
      ? undefined
      : await prepareManifests({
          path: resolve(io.cwd, out),
          scan: plan.scan,
          splits,
          request,
          force: options.force === true,
        });
  if (into !== undefined) {
    const { foreign } = await makeFolders(plan, splits, into, options, io, signal);
    if (foreign > 0) {
      warnings.push(`${into} holds ${foreign} other files, which were left as they are.`);
    }
  }
  await manifests?.write();
  return { plan, splits, manifests: manifests?.paths ?? [], into, warnings };
}

async function makeFolders(
  plan: SplitPlan,
  splits: readonly Subsets[],
  into: string,
  options: SplitCommandOptions,
  io: Io,
  signal: AbortSignal,
): Promise<{ foreign: number }> {
  const { exportSplit } = await import('@resnet/data');
  const bar = startProgress('Making folders', splits.length * plan.scan.files.length, io);
  try {
    return await exportSplit({
      root: plan.scan.root,
      subsets: new Map(
        splits.flatMap((subsets, k) =>
          (['train', 'val', 'test'] as const)
            .filter((name) => subsets[name].length > 0)
            .map((name) => [splits.length > 1 ? `fold${k + 1}/${name}` : name, subsets[name]]),
        ),
      ),
      into,
      mode: options.mode ?? 'copy',
      force: options.force === true,
      signal,
      onProgress: (done, total) => bar.update(done, `${done}/${total}`),
    });
  } finally {
    bar.stop();
  }
}
