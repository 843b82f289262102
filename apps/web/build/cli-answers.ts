import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export interface CliAnswers {
  /** Probabilities of every class by label, for each picture by its file's name. */
  readonly answers: Record<string, Record<string, number>>;
  /** Why there are none, and whether RESNET_REQUIRE_BACKENDS promised tensorflow here. */
  readonly missing?: string;
  readonly isRequired: boolean;
}

const cli = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const fixtures = fileURLToPath(new URL('../test/fixtures', import.meta.url));

/**
 * What `resnet predict` says on tensorflow to the images of the tests; or why it cannot. A
 * command of vitest's browser mode: tests in the browser call it, and it runs in Node.
 */
export async function cliAnswers(): Promise<CliAnswers> {
  const { code, output, errors } = await run(process.execPath, [
    cli,
    'predict',
    `${fixtures}/model`,
    `${fixtures}/images`,
    '--top=5',
    '--json',
    '--backend=tensorflow',
  ]);
  const isRequired = isTensorflowRequired();
  const answers: Record<string, Record<string, number>> = {};
  if (code !== 0) return { answers, missing: errors, isRequired };
  for (const line of output.trim().split('\n')) {
    const { file, predictions }: Line = JSON.parse(line);
    answers[file.slice(file.lastIndexOf('/') + 1)] = Object.fromEntries(
      predictions.map(({ label, probability }) => [label, probability]),
    );
  }
  return { answers, isRequired };
}

/** A line of `resnet predict --json`. */
interface Line {
  readonly file: string;
  readonly predictions: readonly { readonly label: string; readonly probability: number }[];
}

function isTensorflowRequired(): boolean {
  const required = (process.env['RESNET_REQUIRE_BACKENDS'] ?? '').split(',');
  return required.includes('all') || required.includes('tensorflow');
}

function run(
  command: string,
  parameters: readonly string[],
): Promise<{ code: number | null; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (data) => (output += String(data)));
    child.stderr.on('data', (data) => (errors += String(data)));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output, errors }));
  });
}
