import { execFile } from 'node:child_process';

/** How a program ended. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  /** Both streams, as one reads them in a terminal. */
  readonly output: string;
}

/** Runs a program to its end, whatever its exit code; `env` goes over the environment of this one. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(
      command,
      [...args],
      {
        cwd: options.cwd,
        env: { ...process.env, ...options.env },
        maxBuffer: 64 * 1024 * 1024,
        timeout: 300_000,
      },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        const why = error !== null && stdout === '' && stderr === '' ? error.message : '';
        resolve({ status: code, stdout, output: `${stdout}${stderr}${why}` });
      },
    );
  });
}

/** Runs a program that has to succeed: its standard output, or an error with all it said. */
export async function runOk(...call: Parameters<typeof run>): Promise<string> {
  const { status, stdout, output } = await run(...call);
  if (status !== 0) {
    throw new Error(`${call[0]} ${call[1].join(' ')}: exit code ${status}\n${output}`);
  }
  return stdout;
}
