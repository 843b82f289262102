import type { TrainOptions } from './options.ts';
import { FolderInUseError, lockFolder } from '../../run-folder/lock.ts';
import { makeFolder } from '../../run-folder/make-folder.ts';
import type { RunPlan } from './plan-run.ts';
import { chooseFolder } from './settings.ts';

/**
 * Makes the plan's folder and takes it for this process. Two runs that are begun together choose
 * the same name before either has written anything: where the user gave none, the later one moves
 * on to the next.
 *
 * @returns the plan as it then is, and what gives the folder back
 * @throws {FolderInUseError} where another process writes to the folder that the user named
 */
export async function takeFolder(
  plan: RunPlan,
  options: TrainOptions,
  cwd: string,
): Promise<{ plan: RunPlan; unlock: () => void }> {
  const { data } = plan.settings;
  const isOurName =
    !plan.resumes &&
    options.name === undefined &&
    options.out === undefined &&
    options.force !== true;
  const inUse = new Set<string>();
  for (let current = plan; ;) {
    await makeFolder(current.folder);
    try {
      return { plan: current, unlock: lockFolder(current.folder) };
    } catch (error) {
      if (!isOurName || !(error instanceof FolderInUseError)) throw error;
      inUse.add(current.folder);
      current = { ...plan, ...chooseFolder(data, options, cwd, inUse) };
    }
  }
}
