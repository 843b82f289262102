import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import util from 'node:util';

import type * as TfjsNode from '@tensorflow/tfjs-node-gpu';

import { ownAddonBeside } from './addon.ts';
import { messageOf, NativeError } from './errors.ts';
import { installedAddon, isCurrent } from './installations.ts';
import { linkAddon } from './link.ts';
import { defaultBases, requireTfjsPackage, type TfjsPackage } from './package-folder.ts';

/** The module `@tensorflow/tfjs-node-gpu`: all of tfjs, with the backend `tensorflow` registered. */
export type Tensorflow = typeof TfjsNode;

/** Which package {@link loadTensorflow} takes, and how much TensorFlow logs. */
export interface LoadOptions {
  /** A file, folder or file URL: the package is taken as a module there would see it. */
  readonly from?: string | URL;
  /** TensorFlow's own log: 0 all, 1 warnings, 2 errors, 3 (default) fatal errors only. */
  readonly logLevel?: 0 | 1 | 2 | 3;
}

/**
 * Loads @tensorflow/tfjs-node-gpu of the caller's project on the TensorFlow that was set up, and
 * makes `tensorflow` the current backend. Links the addon into the package first where a fresh
 * install of node_modules left it out. May be called again: the module is loaded once.
 *
 * Throws NativeError: PACKAGE_MISSING, NOT_PROVISIONED, NOT_WRITABLE, LOAD_FAILED.
 */
export async function loadTensorflow(options: LoadOptions = {}): Promise<Tensorflow> {
  const tfjs = requireTfjsPackage(defaultBases(options.from));
  if (!existsSync(tfjs.addon)) {
    const installed = installedAddon(tfjs);
    if (installed === undefined) throw notProvisioned(tfjs);
    linkAddon(tfjs, installed.addon);
  }
  // Read by TensorFlow's libraries when they are loaded.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= String(options.logLevel ?? 3);
  // TensorFlow turns oneDNN on by itself only where it finds AVX-512 or newer; on an AMD processor
  // with AVX2 a ResNet-18 training step took 4000 ms without it and 700 ms with it.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= '1';
  // Sessions (SavedModels, nets compiled for inference) run in the thread that asks, which else hands
  // over to another and sleeps until it is woken: of one 224 x 224 image, ResNet-18 and 50 took 5 and
  // 7 % more time for that. Eager operations, and so training, never leave it.
  process.env.TF_NUM_INTEROP_THREADS ??= '-1';
  restoreUtilHelpers();
  try {
    const processAddon = loadOwnAddons(realpathSync(tfjs.addon), tfjs);
    const module: Tensorflow = createRequire(join(tfjs.folder, 'package.json'))(tfjs.folder);
    processAddon?.releaseUnusedPages?.();
    return module;
  } catch (error) {
    throw new NativeError(
      'LOAD_FAILED',
      `${tfjs.name} ${tfjs.version} could not load its addon (${tfjs.addon}): ${messageOf(error)}`,
      { hint: 'Set it up again: npx resnet-native setup --force', cause: error },
    );
  }
}

/** One of another version may lack it. */
interface ProcessAddon {
  releaseUnusedPages?(): void;
}

/**
 * Loads what is built beside the package's addon, before it. Operations of another version are left
 * out: TensorFlow's own then do their work.
 */
function loadOwnAddons(addon: string, tfjs: TfjsPackage): ProcessAddon | undefined {
  const require = createRequire(import.meta.url);
  const load = (name: 'process' | 'kernels'): ProcessAddon | undefined => {
    const file = ownAddonBeside(addon, name);
    return existsSync(file) ? require(file) : undefined;
  };
  // In this order: the first keeps the second's loading of TensorFlow quiet.
  const processAddon = load('process');
  if (isCurrent(addon, tfjs)) load('kernels');
  return processAddon;
}

function notProvisioned(tfjs: TfjsPackage): NativeError {
  return new NativeError(
    'NOT_PROVISIONED',
    `${tfjs.name} is installed, but no TensorFlow has been set up for it.`,
    { hint: 'Set it up once for this user: npx resnet-native setup (or resnet setup).' },
  );
}

/** tfjs-node calls two helpers of `node:util` that Node 22 warns of and Node 23 began to remove. */
function restoreUtilHelpers(): void {
  const helpers = {
    isArray: Array.isArray,
    isNullOrUndefined: (value: unknown): boolean => value === null || value === undefined,
  };
  for (const [name, value] of Object.entries(helpers)) {
    Object.defineProperty(util, name, { value, configurable: true, writable: true });
  }
}
