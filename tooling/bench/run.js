// pnpm bench NAME [OPTIONS]: runs one of the benchmarks beside this file.
import { readdirSync } from 'node:fs';

import { UsageError } from './options.js';

const [name, ...rest] = process.argv.slice(2);
const known = readdirSync(new URL('./benchmarks/', import.meta.url))
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace(/\.js$/, ''));
try {
  if (name === undefined || !known.includes(name)) {
    throw new UsageError(
      `usage: pnpm bench ${known.join('|')} [options]; see tooling/bench/README.md`,
    );
  }
  const { run } = await import(`./benchmarks/${name}.js`);
  await run(rest);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = error.exitCode;
}
