import { NativeError } from './errors.ts';
import type { ProvisionProgress } from './progress.ts';
import { provision } from './provision.ts';
import { nativeStatus } from './status.ts';

export interface CommandOptions {
  readonly command: string;
  readonly cuda: boolean;
  readonly force: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly out: { write(text: string): unknown };
  readonly err: { write(text: string): unknown; readonly isTTY?: boolean };
}

const usage = `Sets up a current TensorFlow under @tensorflow/tfjs-node-gpu (or tfjs-node).

  resnet-native setup [--cuda] [--force] [--json]   download, build and link it in, once for each user
  resnet-native status [--json]                     say what is set up

Run it in the folder of a project that has the package in its node_modules.
The libraries are kept in $RESNET_CACHE, else $XDG_CACHE_HOME/resnet, else ~/.cache/resnet.
`;

/** The command `resnet-native`. Returns the exit code: 0 done, 1 failed, 2 called wrongly, 130 stopped. */
export async function main(options: CommandOptions): Promise<number> {
  const { command, out, err } = options;
  if (command === 'setup') return setup(options);
  if (command === 'status') return status(options);
  (command === 'help' ? out : err).write(usage);
  return command === 'help' ? 0 : 2;
}

async function setup({ cuda, force, json, signal, out, err }: CommandOptions): Promise<number> {
  const show = progressLine(err);
  try {
    const result = await provision({
      cuda,
      force,
      signal,
      from: process.cwd(),
      ...(json ? {} : { onProgress: show }),
    });
    out.write(
      json
        ? `${JSON.stringify(result)}\n`
        : `TensorFlow ${result.tensorflow} (${result.variant}) is ${result.changed ? 'set up' : 'in place'} under ${result.package.name} ${result.package.version}.\nIts libraries: ${result.installation}\n`,
    );
    return 0;
  } catch (error) {
    if (signal.aborted) {
      err.write('\nStopped. What was downloaded whole is kept; run it again to go on.\n');
      return 130;
    }
    if (!(error instanceof NativeError)) throw error;
    if (json)
      out.write(
        `${JSON.stringify({ error: { code: error.code, message: error.message, hint: error.hint } })}\n`,
      );
    else err.write(`\n${error.message}\n${error.hint}\n`);
    return 1;
  }
}

function status({ json, out }: CommandOptions): number {
  const found = nativeStatus({ from: process.cwd() });
  if (json) {
    out.write(`${JSON.stringify(found)}\n`);
  } else if (found.ready) {
    const what =
      found.source === 'package'
        ? "the library that the package's own install script brought"
        : `TensorFlow ${found.tensorflow} (${found.variant})`;
    out.write(`ready: ${found.package?.name} ${found.package?.version} on ${what}\n`);
    if (found.outdated === true) {
      out.write(
        'Another version built its addon; training is faster after: npx resnet-native setup\n',
      );
    }
  } else {
    out.write(`not ready: ${found.problem?.message}\n${found.problem?.hint}\n`);
  }
  return found.ready ? 0 : 1;
}

const phases: Readonly<Record<ProvisionProgress['phase'], string>> = {
  wait: 'waiting for another set-up to end',
  download: 'downloading',
  check: 'checking',
  unpack: 'unpacking',
  build: 'building the addon of',
  link: 'linking',
  done: 'done:',
};

/** One line that is written over on a terminal; a line for each new phase elsewhere. */
function progressLine(err: CommandOptions['err']): (progress: ProvisionProgress) => void {
  let last = '';
  return ({ phase, item, bytes, totalBytes }) => {
    const head = phase === 'wait' ? phases[phase] : `${phases[phase]} ${item}`;
    if (err.isTTY) {
      const amount =
        bytes === undefined
          ? ''
          : ` ${(bytes / 1e6).toFixed(0)}${totalBytes === undefined ? '' : ` of ${(totalBytes / 1e6).toFixed(0)}`} MB`;
      err.write(`\r\u001B[2K${head}${amount}${phase === 'done' ? '\n' : ''}`);
    } else if (head !== last) {
      err.write(`${head}\n`);
    }
    last = head;
  };
}
