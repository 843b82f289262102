// Adds up what every package's vitest run has written and prints one closing line,
// `N passed, N failed`, for .ci/run. Exits 1 if anything failed, a package left no result, or one has
// no tests that could.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../../', import.meta.url);
/** Where every package must have tests; of tooling, the compiler's settings have none. */
const tested = ['packages', 'apps', 'examples'];
const folders = [...tested, 'tooling'].flatMap((parent) =>
  existsSync(new URL(parent, root))
    ? readdirSync(new URL(parent, root)).map((name) => `${parent}/${name}`)
    : [],
);
let passed = 0;
let failed = 0;

for (const path of [...folders, 'docs']) {
  const folder = new URL(`${path}/`, root);
  const manifest = new URL('package.json', folder);
  if (!existsSync(manifest)) continue;
  if (!JSON.parse(readFileSync(manifest, 'utf8')).scripts?.test) {
    if (!tested.includes(path.split('/')[0] ?? '')) continue;
    console.error(`${fileURLToPath(folder)}: its package.json has no script "test"`);
    failed += 1;
    continue;
  }
  const results = new URL('test-results.json', folder);
  if (!existsSync(results)) {
    console.error(`${fileURLToPath(folder)}: no test-results.json, its tests did not finish`);
    failed += 1;
    continue;
  }
  /** @type {import('vitest/node').JsonTestResults} */
  const report = JSON.parse(readFileSync(results, 'utf8'));
  const skipped = report.numPendingTests + (report.numTodoTests ?? 0);
  const end = Math.max(report.startTime, ...report.testResults.map(({ endTime }) => endTime));
  console.log(
    `${path}: ${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped, ` +
      `${Math.round((end - report.startTime) / 1000)} s`,
  );
  passed += report.numPassedTests;
  // A suite that fails before its first test, and a skipped test, count as failures here.
  const suites = report.testResults.filter((suite) => suite.status === 'failed').length;
  failed += Math.max(report.numFailedTests, suites) + skipped;
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
