import { arrows } from './arrows.js';

/** @param {string} name */
const withSubpaths = (name) => [`!${name}`, `!${name}/**`];

/**
 * The part of `.oxlintrc.json` that enforces the arrows: an override a folder.
 *
 * @returns {{ files: string[], rules: Record<string, unknown> }[]}
 */
export function oxlintOverrides() {
  return Object.entries(arrows).map(([folder, { ours, others = [], node = false }]) => {
    const packages = ours.map((name) => `@resnet/${name}`);
    const isOpen = others.includes('*');
    const allowed = [...(node ? ['node:*'] : []), ...others, ...packages];
    const listed = isOpen ? packages : allowed;
    const group = isOpen
      ? ['@resnet/**', ...packages.flatMap(withSubpaths)]
      : ['*', '!./**', '!../**', ...allowed.flatMap(withSubpaths)];
    const message =
      `${folder} may import only its own files${isOpen ? ', third parties' : ''}` +
      `${listed.map((name) => `, ${name}`).join('')}: see tooling/check/src/arrows.js.`;
    return {
      files: [`${folder}/src/**/*.ts`],
      rules: { 'eslint/no-restricted-imports': ['error', { patterns: [{ group, message }] }] },
    };
  });
}

/** @param {{ files?: readonly string[], rules?: Record<string, unknown> }} override */
export function isArrow({ files = [], rules = {} }) {
  return (
    files.length === 1 &&
    /^(packages|apps)\/[^/*]+\/src\//.test(files[0] ?? '') &&
    'eslint/no-restricted-imports' in rules
  );
}
