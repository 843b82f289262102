import { KernelSet } from '../kernel-set.ts';
import type { Executable, Graph } from './graph.ts';
import { interpret } from './interpret.ts';

/** What backends replace of `compile`: for those that gain by seeing a graph whole. */
export interface GraphKernels {
  /**
   * Takes over the graph's tensors, unless it returns undefined: then nothing has happened, and the
   * graph runs op by op.
   */
  readonly compile: (graph: Graph) => Executable | undefined;
}

/** The kernels of `compile`. */
export const graphKernels: KernelSet<GraphKernels> = /* @__PURE__ */ new KernelSet<GraphKernels>({
  compile: () => undefined,
});

/**
 * Makes a graph ready to run, by what the active backend has best: as a whole where it can see it
 * whole, else op by op. The executable owns the graph's tensors from now on: it may free them now or
 * when it is disposed.
 */
export function compile(graph: Graph): Executable {
  return graphKernels.active().compile(graph) ?? interpret(graph);
}
