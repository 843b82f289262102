/* oxlint-disable typescript/no-unsafe-type-assertion -- the graph says how many inputs a node has */
import type { BatchNormOp, Conv2dOp, Node, Segment } from '../architecture/module.ts';

/** A node of a segment, or several that one operation does. */
export type Step = SingleStep | FusedStep;

export interface SingleStep {
  readonly type: 'single';
  readonly node: Node;
  /** Which value of the segment it makes. */
  readonly output: number;
}

/** Convolutions with their batch norms, and the sums and ReLUs that follow, up to a whole block. */
export interface FusedStep {
  readonly type: 'fused';
  /** The one value that is made outside. */
  readonly input: number;
  readonly output: number;
  readonly units: readonly Unit[];
  /** Places in `units`, in the order that their batch norms have in the segment. */
  readonly inOrder: readonly number[];
  /** The same one by one, for where a batch norm does not train. */
  readonly singles: readonly SingleStep[];
}

export interface Unit {
  readonly conv: Conv2dOp;
  readonly batchNorm: BatchNormOp;
  /** Values of the step: 0 is its input, i + 1 what unit i makes. */
  readonly input: number;
  /** The value that is added before the ReLU, if any is. */
  readonly addend: number | undefined;
}

const known = new WeakMap<Segment, readonly Step[]>();

/** The steps of a segment in training. */
export function stepsOf(segment: Segment): readonly Step[] {
  let steps = known.get(segment);
  if (steps === undefined) {
    steps = stepsOfNodes(segment.nodes);
    known.set(segment, steps);
  }
  return steps;
}

/** One step where a segment consists of units alone, else one for each of them. */
function stepsOfNodes(nodes: readonly Node[]): Step[] {
  const all = placedUnits(nodes, true);
  const covered = all.reduce((sum, { singles }) => sum + singles.length, 0);
  if (covered === nodes.length) return [fused(all)];
  const pairs = placedUnits(nodes, false);
  const inside = new Set(pairs.flatMap(({ singles }) => singles.map(({ output }) => output)));
  const steps: Step[] = [
    ...pairs.map((unit) => fused([unit])),
    ...[...nodes.keys()].map((i) => single(nodes, i)).filter(({ output }) => !inside.has(output)),
  ];
  return steps.toSorted((a, b) => a.output - b.output);
}

/** A unit by the values of its segment. */
interface PlacedUnit extends Unit {
  readonly output: number;
  readonly singles: readonly SingleStep[];
}

/** @param withSums whether the sum and ReLU that end a block go with the unit before them */
function placedUnits(nodes: readonly Node[], withSums: boolean): PlacedUnit[] {
  const uses = new Map<number, number>();
  for (const value of nodes.flatMap(({ inputs }) => inputs)) {
    uses.set(value, (uses.get(value) ?? 0) + 1);
  }
  /** The node that makes a value which one other takes. */
  const makerOf = (value: number): Node | undefined =>
    uses.get(value) === 1 ? nodes[value - 1] : undefined;

  const units = new Map<number, PlacedUnit>();
  for (const [i, { op, inputs }] of nodes.entries()) {
    const output = i + 1;
    if (op.type === 'batchNorm') {
      const [convolved] = inputs as readonly [number];
      const maker = makerOf(convolved);
      if (maker?.op.type !== 'conv2d' || maker.op.bias !== undefined) continue;
      units.set(output, {
        conv: maker.op,
        batchNorm: op,
        input: maker.inputs[0]!,
        addend: undefined,
        output,
        singles: [single(nodes, convolved - 1), single(nodes, i)],
      });
    } else if (op.type === 'addRelu' && withSums) {
      const [a, b] = inputs as readonly [number, number];
      for (const [value, addend] of [[a, b] as const, [b, a] as const]) {
        const unit = units.get(value);
        if (unit === undefined || uses.get(value) !== 1) continue;
        if (unit.addend !== undefined || unit.batchNorm.activation !== 'none') continue;
        units.delete(value);
        units.set(output, {
          ...unit,
          addend,
          output,
          singles: [...unit.singles, single(nodes, i)],
        });
        break;
      }
    }
  }
  return [...units.values()];
}

function single(nodes: readonly Node[], i: number): SingleStep {
  return { type: 'single', node: nodes[i]!, output: i + 1 };
}

function fused(units: readonly PlacedUnit[]): FusedStep {
  // A unit alone takes any value, several take the segment's.
  const input = units.length === 1 ? units[0]!.input : 0;
  const values = [input, ...units.map(({ output }) => output)];
  return {
    type: 'fused',
    input,
    output: units.at(-1)!.output,
    units: units.map((unit) => ({
      conv: unit.conv,
      batchNorm: unit.batchNorm,
      input: values.indexOf(unit.input),
      addend: unit.addend === undefined ? undefined : values.indexOf(unit.addend),
    })),
    inOrder: [...units.keys()].toSorted((a, b) => normOf(units[a]!) - normOf(units[b]!)),
    singles: units.flatMap(({ singles }) => singles),
  };
}

/** The value that a unit's batch norm makes. */
function normOf({ batchNorm, singles }: PlacedUnit): number {
  return singles.find(({ node }) => node.op === batchNorm)!.output;
}
