import type { KernelSet } from '../../kernel-set.ts';
import { findSimd } from './simd.ts';

type Kernel = (...parameters: readonly unknown[]) => unknown;

/**
 * Registers kernels that need SIMD: where it is missing, the reference implementations run. Whether
 * it is there is known only once the backend has started, which may be after the registration.
 */
export function registerSimd<K extends object>(kernels: KernelSet<K>, fast: Partial<K>): void {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- the functions of a set go by name */
  const reference = kernels.reference as Readonly<Record<string, Kernel>>;
  const chosen = Object.entries<Kernel>(fast as Record<string, Kernel>).map(
    ([name, kernel]): [string, Kernel] => [
      name,
      (...parameters) => (findSimd() === undefined ? reference[name]! : kernel)(...parameters),
    ],
  );
  kernels.register('wasm', Object.fromEntries(chosen) as Partial<K>);
  /* oxlint-enable typescript/no-unsafe-type-assertion */
}
