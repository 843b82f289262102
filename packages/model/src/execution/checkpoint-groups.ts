import type { Module } from '../architecture/module.ts';
import { valueShapes, type ImageShape } from '../architecture/op-table.ts';
import { sizeOf } from '../weights/parameter-spec.ts';

/**
 * Consecutive modules in groups, for gradient checkpointing: what stays in memory is the input of
 * each group, and, while the backward pass is in a group, what its ops made. The groups are
 * those for which the sum of both is least: about the square root of n blocks each where blocks are
 * alike (Chen et al., arXiv 1604.06174, section 4.1), smaller ones where images are still large.
 *
 * @param input shape of one image
 */
export function checkpointGroups(
  modules: readonly Module[],
  input: ImageShape,
): readonly (readonly Module[])[] {
  const costs = moduleCosts(modules, input);
  const largest = Math.max(...costs.map(({ made }) => made));
  const total = costs.reduce((sum, { made }) => sum + made, 0);
  let best: Grouping | undefined;
  for (let limit = largest; ; limit *= 1.1) {
    const grouping = groupUpTo(limit, costs);
    if (best === undefined || grouping.memory < best.memory) best = grouping;
    if (limit >= total) break;
  }
  const { starts } = best;
  return starts.map((start, i) => modules.slice(start, starts[i + 1] ?? modules.length));
}

interface Cost {
  /** Elements of its input, and of all that its ops make. */
  readonly taken: number;
  readonly made: number;
}

interface Grouping {
  /** Where each group begins. */
  readonly starts: readonly number[];
  readonly memory: number;
}

/** Groups as long as they may be, none making more than `limit`. */
function groupUpTo(limit: number, costs: readonly Cost[]): Grouping {
  const starts: number[] = [];
  let inputs = 0;
  let made = Infinity;
  let largest = 0;
  costs.forEach((cost, i) => {
    if (made + cost.made > limit) {
      starts.push(i);
      inputs += cost.taken;
      made = 0;
    }
    made += cost.made;
    largest = Math.max(largest, made);
  });
  return { starts, memory: inputs + largest };
}

function moduleCosts(modules: readonly Module[], input: ImageShape): Cost[] {
  let shape = input;
  return modules.map((module) => {
    const values = valueShapes(module, shape);
    const made = values.slice(1).reduce((sum, value) => sum + sizeOf(value), 0);
    const cost = { taken: sizeOf(shape), made };
    shape = values.at(-1)!;
    return cost;
  });
}
