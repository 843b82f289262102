import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach } from 'vitest';

/**
 * Files by path. A number is an image: the same number, the same image. A text is what the file
 * holds, or after '-> ' the target of a symbolic link.
 */
export type Tree = Readonly<Record<string, number | string>>;

/** Begins as a PNG does, which is all that telling images apart asks for; none that decodes. */
export function fakeImage(content: number): Uint8Array {
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.from(`  ${content}`)]);
}

const made: string[] = [];
afterEach(async () => {
  await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A temporary folder with these files; removed after the test. */
export async function imageFolder(tree: Tree = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'resnet images '));
  made.push(folder);
  await addFiles(folder, tree);
  return folder;
}

export async function addFiles(folder: string, tree: Tree): Promise<void> {
  for (const [path, content] of Object.entries(tree)) {
    const place = join(folder, path);
    await mkdir(dirname(place), { recursive: true });
    if (typeof content === 'number') await writeFile(place, fakeImage(content));
    else if (content.startsWith('-> ')) await symlink(content.slice(3), place);
    else await writeFile(place, content);
  }
}

let nextImage = 1;

/** `n` images in each class, no two the same: { 'cats/0.png': 1, ... }. */
export function classes(sizes: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sizes).flatMap(([label, n]) =>
      Array.from({ length: n }, (_, i) => [`${label}/${i}.png`, nextImage++]),
    ),
  );
}

/** All files and links below a folder, sorted, hidden ones too. */
export async function listTree(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
}
