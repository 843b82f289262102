import { primitives } from '../registry.ts';
import type { Executable, Graph } from './graph.ts';
import { interpret } from './interpret.ts';

/**
 * Makes a graph ready to run, by what the active backend has best: as a whole where it can see it
 * whole, else op by op. The executable owns the graph's tensors from now on: it may free them now or
 * when it is disposed.
 */
export function compile(graph: Graph): Executable {
  return primitives().compile?.(graph) ?? interpret(graph);
}
