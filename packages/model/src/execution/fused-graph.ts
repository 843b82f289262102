import type { BatchNormOp, Conv2dOp, Node, Op, Segment } from '../architecture/module.ts';

/**
 * What a part of a net does in inference: its segments end to end, without dropout, with each
 * batch norm, addition and ReLU that only serves a convolution's output made part of it. Pure data,
 * still without weights.
 */
export interface Plan {
  /** Value 0 is the input, value i + 1 what `steps[i]` gives; the last is the output. */
  readonly steps: readonly Step[];
}

export interface Step {
  readonly op: PlannedConv | Exclude<Op, Conv2dOp>;
  readonly inputs: readonly number[];
}

/** A second input is added before the activation. */
export interface PlannedConv {
  readonly type: 'fusedConv';
  readonly conv: Conv2dOp;
  readonly norm: BatchNormOp | undefined;
  readonly activation: 'none' | 'relu';
}

export function planInference(segments: readonly Segment[]): Plan {
  const nodes = joinSegments(segments);
  const uses = countUses(nodes);
  const steps: Step[] = [];
  /** Which value of the plan holds each value of the nodes. */
  const places = [0];
  for (const { op, inputs } of nodes) {
    const sources = inputs.map((input) => places[input]!);
    const openness = (input: number): Openness => {
      const step = steps[places[input]! - 1];
      if (uses[input] !== 1 || step?.op.type !== 'fusedConv') return 'closed';
      if (step.op.activation !== 'none') return 'closed';
      if (step.inputs.length > 1) return 'added';
      return step.op.norm === undefined ? 'bare' : 'normed';
    };
    const fused = fuse(op, inputs, sources, openness);
    if (fused === undefined) {
      places.push(steps.push({ op: op.type === 'conv2d' ? plain(op) : op, inputs: sources }));
      continue;
    }
    const { place, addend, ...parts } = fused;
    const { op: conv, inputs: taken } = steps[place - 1]!;
    steps[place - 1] = {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `openness` has looked
      op: { ...(conv as PlannedConv), ...parts },
      inputs: addend === undefined ? taken : [...taken, addend],
    };
    places.push(place);
  }
  return { steps };
}

/** What an operation adds to the convolution at `place`. */
interface Fusion extends Partial<Pick<PlannedConv, 'norm' | 'activation'>> {
  readonly place: number;
  readonly addend?: number;
}

/**
 * What has been made part of the convolution that a value comes from, and so what may still be;
 * `closed`: nothing, as others take the value too, it has been activated, or there is none.
 */
type Openness = 'closed' | 'bare' | 'normed' | 'added';

function fuse(
  op: Op,
  inputs: readonly number[],
  sources: readonly number[],
  openness: (input: number) => Openness,
): Fusion | undefined {
  switch (op.type) {
    case 'batchNorm':
      if (openness(inputs[0]!) !== 'bare') return undefined;
      return { place: sources[0]!, norm: op, activation: op.activation };
    case 'relu':
      if (openness(inputs[0]!) === 'closed') return undefined;
      return { place: sources[0]!, activation: 'relu' };
    case 'add':
    case 'addRelu': {
      // The later of the two paths takes the other in, which is there by then.
      const later = sources[0]! > sources[1]! ? 0 : 1;
      if (!['bare', 'normed'].includes(openness(inputs[later]!))) return undefined;
      return {
        place: sources[later]!,
        addend: sources[1 - later]!,
        activation: op.type === 'addRelu' ? 'relu' : 'none',
      };
    }
    default:
      return undefined;
  }
}

function plain(conv: Conv2dOp): PlannedConv {
  return { type: 'fusedConv', conv, norm: undefined, activation: 'none' };
}

/** All segments as one, less what does nothing in inference. */
function joinSegments(segments: readonly Segment[]): Node[] {
  const joined: Node[] = [];
  let last = 0;
  for (const segment of segments) {
    const places = [last];
    for (const { op, inputs } of segment.nodes) {
      const sources = inputs.map((input) => places[input]!);
      const isIdle = op.type === 'dropout' || op.type === 'dropPath';
      places.push(isIdle ? sources[0]! : joined.push({ op, inputs: sources }));
    }
    last = places.at(-1)!;
  }
  return joined;
}

/** How many nodes take each value; the output is taken once, by whoever asked for it. */
function countUses(nodes: readonly Node[]): number[] {
  const uses = Array.from({ length: nodes.length + 1 }, () => 0);
  for (const { inputs } of nodes) for (const input of inputs) uses[input]!++;
  uses[nodes.length]!++;
  return uses;
}
