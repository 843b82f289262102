import { FailureError } from '../errors.ts';
import { cpu } from './cpu.ts';
import { tensorflow } from './tensorflow.ts';
import { backendNames, type Backend, type BackendChoice, type BackendName } from './types.ts';
import { wasm } from './wasm.ts';
import { webgpu } from './webgpu.ts';

export const backends: Readonly<Record<BackendName, Backend>> = { tensorflow, webgpu, wasm, cpu };

export interface SelectedBackend {
  readonly name: BackendName;
  /** What it runs on: 'TensorFlow 2.21.0, CPU, 2 threads'. */
  readonly detail: string;
  /** Why it was taken, as a clause: 'asked for', 'the fastest that works here'. */
  readonly reason: string;
  /** The faster ones that `auto` passed over, with why and how to get them. */
  readonly passedOver: readonly PassedOver[];
  /** Call it at the end: WebGPU keeps the process from ending. Idempotent. */
  dispose(): Promise<void>;
}

export interface PassedOver {
  readonly name: BackendName;
  readonly problem: string;
  readonly hint?: string;
}

/**
 * Makes a backend current in tfjs and registers this project's kernels for it. `auto` takes
 * tensorflow where it is set up, else webgpu on a hardware adapter, else wasm, else cpu.
 *
 * Throws FailureError when the one asked for does not work here, with what is missing.
 */
export async function selectBackend(
  choice: BackendChoice,
  among: Readonly<Record<BackendName, Backend>> = backends,
): Promise<SelectedBackend> {
  if (choice !== 'auto') return startByName(choice, among[choice]);
  const passedOver: PassedOver[] = [];
  for (const name of backendNames) {
    const found = await among[name].check();
    if (found !== undefined) {
      passedOver.push({ name, ...('problem' in found ? found : { problem: found.onlyByName }) });
      continue;
    }
    try {
      const reason =
        passedOver.length === 0
          ? 'the fastest there is'
          : `the fastest that works here; without ${passedOver.map((other) => other.name).join(' and ')}`;
      return once({ name, reason, passedOver, ...(await among[name].start()) });
    } catch (error) {
      passedOver.push({ name, problem: messageOf(error), ...hintOf(error) });
    }
  }
  throw new FailureError('No backend works on this machine.', { hint: 'resnet doctor' });
}

async function startByName(name: BackendName, backend: Backend): Promise<SelectedBackend> {
  const found = await backend.check();
  if (found !== undefined && 'problem' in found) {
    throw new FailureError(`The backend ${name} does not work here: ${found.problem}`, {
      hint: found.hint,
    });
  }
  try {
    const started = await backend.start();
    return once({ name, reason: 'asked for', passedOver: [], ...started });
  } catch (error) {
    throw new FailureError(`The backend ${name} did not start: ${messageOf(error)}`, {
      hint: hintOf(error).hint ?? '`resnet doctor` shows which backends work.',
      cause: error,
    });
  }
}

function once(selected: SelectedBackend): SelectedBackend {
  let done: Promise<void> | undefined;
  return { ...selected, dispose: () => (done ??= selected.dispose()) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The errors of @resnet/native say what to do. */
function hintOf(error: unknown): { readonly hint?: string } {
  if (!(error instanceof Error)) return {};
  const fields = new Map<string, unknown>(Object.entries(error));
  const text = fields.get('hint');
  return typeof text === 'string' ? { hint: text } : {};
}
