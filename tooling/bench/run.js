// pnpm bench [NAME] [ARGS]: runs one of the benchmarks beside this file.
import { readdirSync } from 'node:fs';

const [name, ...rest] = process.argv.slice(2);
const known = readdirSync(new URL('./benchmarks/', import.meta.url))
  .filter((file) => file.endsWith('.js'))
  .map((file) => file.replace(/\.js$/, ''));
if (name === undefined || !known.includes(name)) {
  console.error(`usage: pnpm bench ${known.join('|')} [options]`);
  process.exitCode = 2;
} else {
  const { run } = await import(`./benchmarks/${name}.js`);
  await run(rest);
}
