import type { KernelSet } from '../../kernel-set.ts';

/** One way to run a function, and which calls it takes: all, where `isSupported` is absent. */
export interface Candidate<F extends (...parameters: never[]) => unknown> {
  readonly isSupported?: (...parameters: Parameters<F>) => boolean;
  readonly run: F;
}

/** Candidates for some functions of a set of kernels. */
export type Implementation<K> = {
  readonly [Name in keyof K]?: K[Name] extends (...parameters: never[]) => unknown
    ? Candidate<K[Name]>
    : never;
};

type Kernel = (...parameters: never[]) => unknown;

/**
 * Registers kernels on the `tensorflow` backend: each call goes to the first implementation that
 * takes it, and to the reference where none does. This is the one place that decides.
 */
export function select<K extends object>(
  kernels: KernelSet<K>,
  implementations: readonly Implementation<K>[],
): void {
  /* oxlint-disable typescript/no-unsafe-type-assertion -- the functions of a set go by name */
  const reference = kernels.reference as Readonly<Record<string, Kernel>>;
  const named = implementations as readonly Readonly<Record<string, Candidate<Kernel>>>[];
  const names = new Set(named.flatMap((implementation) => Object.keys(implementation)));
  const selected = [...names].map((name): [string, Kernel] => {
    const candidates = named.flatMap((implementation) => implementation[name] ?? []);
    return [name, firstSupported([...candidates, { run: reference[name]! }])];
  });
  kernels.register('tensorflow', Object.fromEntries(selected) as Partial<K>);
  /* oxlint-enable typescript/no-unsafe-type-assertion */
}

function firstSupported(candidates: readonly Candidate<Kernel>[]): Kernel {
  return (...parameters) => {
    for (const { isSupported, run } of candidates) {
      if (isSupported === undefined || isSupported(...parameters)) return run(...parameters);
    }
    throw new TypeError('the reference takes every call');
  };
}
