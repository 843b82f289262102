// Writes what derives from the arrows: `.oxlintrc.json` and the table in CONTRIBUTING.md.
// `pnpm --filter @resnet/check run arrows`, after a change to arrows.js.
import { readFileSync, writeFileSync } from 'node:fs';

import { withArrowTable } from './arrow-table.js';
import { isArrow, oxlintOverrides } from './oxlint-overrides.js';

const root = new URL('../../../', import.meta.url);

const lintFile = new URL('.oxlintrc.json', root);
/** @type {{ overrides: { files: string[] }[] }} */
const config = JSON.parse(readFileSync(lintFile, 'utf8'));
const others = config.overrides.filter((override) => !isArrow(override));
writeFileSync(
  lintFile,
  `${JSON.stringify({ ...config, overrides: [...oxlintOverrides(), ...others] }, undefined, 2)}\n`,
);

const guide = new URL('CONTRIBUTING.md', root);
writeFileSync(guide, withArrowTable(readFileSync(guide, 'utf8')));
