import { NativeError } from './errors.ts';
import { run } from './run.ts';

/** Finds a Python 3 that has pip. Throws NativeError: PYTHON_MISSING, PIP_MISSING. */
export async function findPython(
  candidates: readonly string[],
  signal?: AbortSignal,
): Promise<string> {
  for (const python of candidates) {
    const version = await run(python, ['-c', 'import sys; sys.exit(sys.version_info < (3, 8))'], {
      signal,
    });
    if (version.code !== 0) continue;
    if ((await run(python, ['-m', 'pip', '--version'], { signal })).code === 0) return python;
    throw new NativeError(
      'PIP_MISSING',
      `${python} is there, its package installer pip is not: TensorFlow is downloaded with it.`,
      {
        hint: `Debian, Ubuntu: apt-get install python3-pip; elsewhere: ${python} -m ensurepip --user`,
      },
    );
  }
  throw new NativeError(
    'PYTHON_MISSING',
    `No Python 3.8 or newer was found (tried ${candidates.join(', ')}): TensorFlow is downloaded with its pip.`,
    {
      hint: 'Debian, Ubuntu: apt-get install python3-pip; macOS: brew install python3; or set RESNET_PYTHON to an interpreter. It is needed for the set-up only.',
    },
  );
}

/** What is looked for unless the caller names one. */
export function pythonCandidates(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  return env.RESNET_PYTHON ? [env.RESNET_PYTHON] : ['python3', 'python'];
}
