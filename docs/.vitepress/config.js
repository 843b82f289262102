import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vitepress';

const require = createRequire(import.meta.url);

/**
 * Pages lie where their Markdown lies in the repository, so that one link works on both: the READMEs of
 * the packages are pages, not copies. A link to a file that is no page goes to the repository.
 */
const root = fileURLToPath(new URL('../../', import.meta.url));
const repository = 'https://github.com/resnet-ts/resnet';
/** Folders whose Markdown is part of the site, besides the root's own. */
const folders = ['docs', 'packages', 'apps', 'examples', 'tooling/bench', 'tooling/demo'];

/** @param {string} file */
const titleOf = (file) => /^# (.*)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? file;

/**
 * The pages of a folder for the sidebar, by their first heading.
 *
 * @param {string} folder
 */
function pagesOf(folder) {
  return readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.md'))
    .toSorted()
    .map((name) => ({
      text: titleOf(`${folder}/${name}`),
      link: `/${folder}/${name.slice(0, -3)}`,
    }));
}

/**
 * The READMEs of what a folder holds, for the sidebar.
 *
 * @param {string} parent
 */
function readmesOf(parent) {
  if (!existsSync(join(root, parent))) return [];
  return readdirSync(join(root, parent))
    .filter((name) => existsSync(join(root, parent, name, 'README.md')))
    .toSorted()
    .map((name) => ({ text: name, link: `/${parent}/${name}/` }));
}

/**
 * A link to a README is one to its folder's page; a link to what is no page leads to the repository.
 *
 * @param {string} href
 * @param {string} page the file that it stands in, from the root
 */
function linkOnSite(href, page) {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return href;
  const [, path = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  const target = relative(root, resolve(root, dirname(page), path));
  const isPage =
    path.endsWith('.md') &&
    (/^[A-Z_]+\.md$/.test(target) || folders.some((folder) => target.startsWith(`${folder}/`)));
  // What is neither stays as it is, for the check of dead links to find.
  if (isPage || !existsSync(join(root, target)))
    return href.replace(/README\.md(?=#|$)/, 'index.md');
  const kind = statSync(join(root, target)).isDirectory() ? 'tree' : 'blob';
  return `${repository}/${kind}/main/${target}${hash}`;
}

const guide = [
  'getting-started',
  'own-images',
  'in-a-program',
  'in-a-page',
  'fine-tuning',
  'weights-and-formats',
  'concepts',
].map((name) => ({ text: titleOf(`docs/guide/${name}.md`), link: `/docs/guide/${name}` }));
const packages = [...readmesOf('packages'), ...readmesOf('apps')];
const performance = [
  ...pagesOf('docs/performance'),
  { text: 'Benchmarks', link: '/tooling/bench/' },
];

export default defineConfig({
  title: 'Resnet',
  description: 'Image classification with residual networks, in TypeScript',
  srcDir: '..',
  outDir: './dist',
  cacheDir: './node_modules/.vitepress-cache',
  srcExclude: [
    '**/CHANGELOG.md',
    '**/node_modules/**',
    '**/dist/**',
    ...readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !folders.some((one) => one.startsWith(entry.name)))
      .map(({ name }) => `${name}/**`),
    ...readdirSync(join(root, 'tooling'))
      .filter((name) => !folders.includes(`tooling/${name}`))
      .map((name) => `tooling/${name}/**`),
  ],
  rewrites: (page) => page.replace(/(^|\/)README\.md$/, '$1index.md'),
  ignoreDeadLinks: false,
  // Pages lie outside of this package, whose Vue they take.
  vite: {
    resolve: {
      alias: [
        { find: /^vue\/server-renderer$/, replacement: require.resolve('vue/server-renderer') },
        { find: /^vue$/, replacement: require.resolve('vue/dist/vue.runtime.esm-bundler.js') },
      ],
    },
  },
  lastUpdated: false,
  markdown: {
    config(md) {
      md.core.ruler.push('links-on-site', ({ env, tokens }) => {
        for (const token of tokens.flatMap((block) => [block, ...(block.children ?? [])])) {
          // Vite takes only what begins with a dot for a file.
          if (token.type === 'html_block' || token.type === 'html_inline') {
            token.content = token.content.replaceAll(/ src="(?![a-z]+:|[./])/g, ' src="./');
          }
          const href = token.type === 'link_open' ? token.attrGet('href') : null;
          if (href) token.attrSet('href', linkOnSite(href, env.relativePath));
        }
      });
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: repository }],
    nav: [
      { text: 'Guide', link: '/docs/guide/getting-started' },
      { text: 'Packages', link: '/packages/model/' },
      { text: 'API', link: '/docs/api/' },
      { text: 'Performance', link: performance[0]?.link ?? '/tooling/bench/' },
      { text: 'Contributing', link: '/CONTRIBUTING' },
    ],
    sidebar: [
      { text: 'Guide', items: guide },
      { text: 'Packages', collapsed: false, items: packages },
      { text: 'Examples', collapsed: true, items: readmesOf('examples') },
      { text: 'Performance', collapsed: true, items: performance },
      { text: 'API', collapsed: true, items: [{ text: 'All imports', link: '/docs/api/' }] },
    ],
  },
});
