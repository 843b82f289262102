import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';

import {
  Application,
  DeclarationReflection,
  LogLevel,
  OptionDefaults,
  ParameterReflection,
  ReflectionKind,
} from 'typedoc';

import { entries, root } from './entries.js';

/** Where the reference is committed. */
export const docsFolder = join(root, 'docs/api');

/** What describes custom elements: for their manifest, and told in tables by the README. */
const elementTags = /** @type {const} */ ([
  '@tagname',
  '@attr',
  '@fires',
  '@slot',
  '@csspart',
  '@cssprop',
]);

/**
 * A page for each module, and tables where they say it shorter.
 *
 * @type {Partial<import('typedoc-plugin-markdown').PluginOptions>}
 */
const markdown = {
  outputFileStrategy: 'modules',
  entryFileName: 'README',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  propertiesFormat: 'table',
  interfacePropertiesFormat: 'table',
  classPropertiesFormat: 'table',
  typeDeclarationFormat: 'table',
};

/**
 * The API reference, from the docstrings of what the packages export: its files by their path below
 * docs/api. All packages are read from their sources as one program, so that links reach from one
 * to another and no build is needed.
 *
 * @returns {Promise<{
 *   files: ReadonlyMap<string, string>,
 *   warnings: readonly string[],
 *   undocumented: readonly string[],
 * }>} `undocumented` are the exports that have no docstring
 */
export async function reference() {
  const folder = mkdtempSync(join(tmpdir(), 'resnet-api-'));
  try {
    return await generate(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder for what is written on the way */
async function generate(folder) {
  const modules = entries();
  const tsconfig = join(folder, 'tsconfig.json');
  writeFileSync(tsconfig, JSON.stringify(compilerSettings(modules)));
  const out = join(folder, 'out');
  const app = await Application.bootstrapWithPlugins({
    name: 'Resnet',
    tsconfig,
    entryPoints: modules.map(({ source }) => join(root, source)),
    basePath: root,
    // The packages' own type check has said what there is to say.
    skipErrorChecking: true,
    plugin: ['typedoc-plugin-markdown'],
    ...markdown,
    out,
    readme: 'none',
    blockTags: [...OptionDefaults.blockTags, ...elementTags],
    excludeTags: [...OptionDefaults.excludeTags, ...elementTags],
    // Line numbers would change with every edit.
    disableSources: true,
    excludePrivate: true,
    excludeInternal: true,
    excludeExternals: true,
    sort: ['source-order'],
    groupOrder: ['Functions', 'Classes', 'Interfaces', 'Type Aliases', 'Variables'],
    logLevel: 'Warn',
  });
  /** @type {string[]} */
  const warnings = [];
  app.logger.log = (message, level) => {
    if (level >= LogLevel.Warn) warnings.push(message);
  };
  const project = await app.convert();
  if (project === undefined) throw new Error(`typedoc failed:\n${warnings.join('\n')}`);
  app.validate(project);
  nameModules(project, modules);
  nameParameters(project);
  const undocumented = withoutDocstring(project);
  await app.generateOutputs(project);
  /** @type {Map<string, string>} */
  const pages = new Map();
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = relative(out, file).replaceAll(sep, '/');
    pages.set(path, readFileSync(file, 'utf8').replaceAll(/ +$/gm, ''));
  }
  pages.set('README.md', index(modules));
  return { files: pages, warnings, undocumented };
}

/**
 * Exports without a docstring, as `@resnet/model: createModel`.
 *
 * @param {import('typedoc').ProjectReflection} project
 */
function withoutDocstring(project) {
  return project.getReflectionsByKind(ReflectionKind.Module).flatMap((module) =>
    (module instanceof DeclarationReflection ? (module.children ?? []) : [])
      // What another module exports too is documented there.
      .filter(({ kind }) => kind !== ReflectionKind.Reference)
      .filter((one) => ![one, ...(one.signatures ?? [])].some((part) => part.hasComment()))
      .map(({ name }) => `${module.name}: ${name}`),
  );
}

/**
 * The first page.
 *
 * @param {readonly import('./entries.js').Entry[]} modules
 */
function index(modules) {
  const rows = modules.map(
    ({ name, description }) =>
      `| [${name}](${name}.md) | ${description.replaceAll('<', String.raw`\<`)} |`,
  );
  return `# API reference

Made from the docstrings of what the packages export, by \`pnpm run docs\`. The README of each package
is the place to begin.

| Import | What it is |
| --- | --- |
${rows.join('\n')}
`;
}

/**
 * One program over all packages, each found by its name in its sources.
 *
 * @param {readonly import('./entries.js').Entry[]} modules
 */
function compilerSettings(modules) {
  return {
    extends: join(root, 'tooling/tsconfig/base.json'),
    compilerOptions: {
      lib: ['es2023', 'dom', 'dom.iterable'],
      types: ['node'],
      typeRoots: [join(root, 'tooling/api-docs/node_modules/@types')],
      noEmit: true,
      rewriteRelativeImportExtensions: false,
      allowImportingTsExtensions: true,
      isolatedDeclarations: false,
      paths: Object.fromEntries(modules.map(({ name, source }) => [name, [join(root, source)]])),
    },
    files: modules.map(({ source }) => join(root, source)),
  };
}

/**
 * typedoc names a module by its file; readers know it by what they import.
 *
 * @param {import('typedoc').ProjectReflection} project
 * @param {readonly import('./entries.js').Entry[]} modules
 */
function nameModules(project, modules) {
  for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
    const { packageName, packagePath } = project.getSymbolIdFromReflection(module) ?? {};
    const entry = modules.find(
      ({ name, source }) =>
        (name === packageName || name.startsWith(`${packageName}/`)) &&
        source.endsWith(`/${packagePath}`),
    );
    if (entry === undefined) throw new Error(`No package exports ${packageName}/${packagePath}`);
    module.name = entry.name;
  }
}

/**
 * A parameter that is taken apart where it is declared has no name: it gets its type's.
 *
 * @param {import('typedoc').ProjectReflection} project
 */
function nameParameters(project) {
  for (const parameter of project.getReflectionsByKind(ReflectionKind.Parameter)) {
    if (parameter.name !== '__namedParameters') continue;
    if (!(parameter instanceof ParameterReflection)) continue;
    const type = parameter.type?.type === 'reference' ? parameter.type.name : 'options';
    parameter.name = `${type.charAt(0).toLowerCase()}${type.slice(1)}`;
  }
}
