import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { runOk } from './run.ts';
import { publicPackages, root } from './workspace.ts';

/** Who commits in a copy, wherever the tests run. */
export const gitIdentity: Readonly<Record<string, string>> = {
  GIT_AUTHOR_NAME: 'nobody',
  GIT_AUTHOR_EMAIL: 'nobody@example.org',
  GIT_COMMITTER_NAME: 'nobody',
  GIT_COMMITTER_EMAIL: 'nobody@example.org',
};

/**
 * Copies the repository as it lies here, edits that are not committed included, with the builds of
 * the public packages, to `folder`: a repository of one commit that can be changed freely. Its
 * node_modules is a link to this one's.
 */
export async function copyWorkspace(folder: string): Promise<void> {
  const list = await runOk(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root },
  );
  const builds = publicPackages().map(({ path }) => `${path}/dist`);
  for (const path of [...list.split('\0').filter(Boolean), ...builds]) {
    // Files that are deleted and not yet committed are still listed.
    if (!existsSync(join(root, path))) continue;
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(root, path), join(folder, path), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  await runOk('git', ['init', '--quiet', '--initial-branch=main'], { cwd: folder });
  await commitAll(folder);
}

/** Commits everything in a copy. */
export async function commitAll(folder: string): Promise<void> {
  await runOk('git', ['add', '--all'], { cwd: folder });
  await runOk('git', ['commit', '--quiet', '--message', 'All of it'], {
    cwd: folder,
    env: gitIdentity,
  });
}
