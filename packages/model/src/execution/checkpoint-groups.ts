import type { Segment } from '../architecture/module.ts';
import { outputShape, type ImageShape } from '../architecture/output-shape.ts';

/**
 * Consecutive segments in groups, for gradient checkpointing: what stays in memory is the input of
 * each group, and, while the backward pass is in a group, what its operations made. The groups are
 * those for which the sum of both is least: about the square root of n blocks each where blocks are
 * alike (Chen et al., arXiv 1604.06174, section 4.1), smaller ones where images are still large.
 *
 * @param input shape of one image
 */
export function checkpointGroups(
  segments: readonly Segment[],
  input: ImageShape,
): readonly (readonly Segment[])[] {
  const costs = segmentCosts(segments, input);
  const largest = Math.max(...costs.map(({ made }) => made));
  const total = costs.reduce((sum, { made }) => sum + made, 0);
  let best: Grouping | undefined;
  for (let limit = largest; ; limit *= 1.1) {
    const grouping = groupUpTo(limit, costs);
    if (best === undefined || grouping.memory < best.memory) best = grouping;
    if (limit >= total) break;
  }
  const { starts } = best;
  return starts.map((start, i) => segments.slice(start, starts[i + 1] ?? segments.length));
}

interface Cost {
  /** Numbers in its input, and in all that its operations make. */
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

function segmentCosts(segments: readonly Segment[], input: ImageShape): Cost[] {
  let shape = input;
  return segments.map(({ nodes }) => {
    const values: ImageShape[] = [shape];
    for (const { op, inputs } of nodes) {
      values.push(
        outputShape(
          op,
          inputs.map((index) => values[index]!),
        ),
      );
    }
    const cost = { taken: sizeOf(shape), made: values.slice(1).reduce((n, v) => n + sizeOf(v), 0) };
    shape = values.at(-1)!;
    return cost;
  });
}

function sizeOf(shape: ImageShape): number {
  return shape.reduce((product, length) => product * length, 1);
}
