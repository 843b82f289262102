import type { TrainOptions } from './flags.ts';
import { FileError, lockFolder, makeFolder } from '@resnet/files';
import type { RunPlan } from './plan-run.ts';
import { chooseFolder } from './choose-folder.ts';

/**
 * Makes the plan's folder and takes it for this process. Two runs that are begun together choose
 * the same name before either has written anything: where the user gave none, the later one moves
 * on to the next.
 *
 * @returns the plan as it then is, and what gives the folder back
 * @throws {FileError} FOLDER_IN_USE while another process writes to the folder that the user named
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
      if (!isOurName || !(error instanceof FileError && error.code === 'FOLDER_IN_USE'))
        throw error;
      inUse.add(current.folder);
      current = { ...plan, ...chooseFolder(data, options, cwd, inUse) };
    }
  }
}
