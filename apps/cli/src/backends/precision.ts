import { availableParallelism } from 'node:os';

import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { bfloat16Support } from '@resnet/native';

import type { BackendName, Precision } from './types.ts';
import { UsageError } from '../errors.ts';

/** What of a command's settings decides how numbers are computed. */
export interface PrecisionSettings {
  readonly precision?: Exclude<Precision, 'float32'> | undefined;
  readonly deterministicThreads?: number;
}

export function precisionSettings(options: {
  readonly precision?: Precision;
  readonly deterministic?: boolean;
}): PrecisionSettings {
  const { precision = 'float32', deterministic = false } = options;
  const threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism();
  return {
    ...(precision !== 'float32' && { precision }),
    ...(deterministic && { deterministicThreads: threads }),
  };
}

/**
 * Fixes the number of threads, by which oneDNN and XNNPACK divide their sums; they read it when
 * they start. The rest of training depends on seeds alone.
 */
export function fixThreads({ deterministicThreads: threads }: PrecisionSettings): void {
  if (threads === undefined) return;
  process.env.TF_NUM_INTRAOP_THREADS = String(threads);
  process.env.RESNET_WASM_THREADS = String(threads);
  // Operations of TensorFlow's that could not keep to it would throw.
  process.env.TF_DETERMINISTIC_OPS = '1';
}

/**
 * Sets the precision that is asked for on the backend that was taken.
 *
 * @returns the precision that was set, which is no longer `auto`; undefined for float32
 * @throws {UsageError} where the backend or the CPU is not made for it
 */
export function usePrecision(
  { precision, deterministicThreads }: PrecisionSettings,
  backend: BackendName,
  instructions: readonly string[] = bfloat16Support(),
): 'bf16' | 'bf16-anyway' | undefined {
  if (deterministicThreads !== undefined && backend === 'webgpu') {
    throw new UsageError(
      '--deterministic cannot be kept on webgpu: its order of sums is the driver’s.',
      {
        hint: 'Choose --backend tensorflow or --backend wasm.',
      },
    );
  }
  if (precision === undefined) return undefined;
  if (precision === 'auto' && (backend !== 'tensorflow' || instructions.length === 0)) {
    return undefined;
  }
  if (backend !== 'tensorflow') {
    throw new UsageError(`--precision bf16 works on the backend tensorflow, not on ${backend}.`, {
      hint: 'Set it up with `resnet setup`, or leave --precision out.',
    });
  }
  if (precision === 'bf16' && instructions.length === 0) {
    throw new UsageError(
      'This CPU has no bfloat16 instructions (avx512_bf16, amx_bf16): --precision bf16 would be slower than float32.',
      {
        hint:
          'Leave --precision out, or say auto. (Training took 1.4 times as long without them; --precision bf16-anyway does it all the same. ' +
          'A run to resume that began in bfloat16 goes on with that as the precision in its args.json.)',
      },
    );
  }
  registerTensorflowKernels({ precision: 'bfloat16' });
  return precision === 'auto' ? 'bf16' : precision;
}
