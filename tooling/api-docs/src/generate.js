// Writes the API reference again: `pnpm run docs`.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { docsFolder, reference } from './reference.js';

const { files, warnings } = await reference();
rmSync(docsFolder, { recursive: true, force: true });
for (const [path, text] of files) {
  mkdirSync(dirname(join(docsFolder, path)), { recursive: true });
  writeFileSync(join(docsFolder, path), text);
}
for (const warning of warnings) console.error(warning);
console.log(`${files.size} pages in ${docsFolder}`);
