import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { newSettings } from './settings.ts';
import { takeFolder } from './take-folder.ts';

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'resnet-take-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

const planned = (name: string) => ({
  settings: newSettings(join(cwd, 'images'), {}),
  folder: join(cwd, 'runs', name),
  beside: undefined,
  resumes: false,
});

it('gives runs that chose the same name folders of their own', async () => {
  const first = await takeFolder(planned('images'), {}, cwd);
  const second = await takeFolder(planned('images'), {}, cwd);
  const third = await takeFolder(planned('images'), {}, cwd);
  expect([first, second, third].map(({ plan }) => plan.folder)).toEqual(
    ['images', 'images-2', 'images-3'].map((name) => join(cwd, 'runs', name)),
  );
  expect(second.plan.beside).toBe(first.plan.folder);
  for (const { unlock } of [first, second, third]) unlock();
});

it('refuses a named folder that is in use', async () => {
  const { unlock } = await takeFolder(planned('mine'), { name: 'mine' }, cwd);
  await expect(takeFolder(planned('mine'), { name: 'mine' }, cwd)).rejects.toMatchObject({
    code: 'FOLDER_IN_USE',
  });
  await expect(takeFolder({ ...planned('mine'), resumes: true }, {}, cwd)).rejects.toMatchObject({
    code: 'FOLDER_IN_USE',
  });
  unlock();
});
