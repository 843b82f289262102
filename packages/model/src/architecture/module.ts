/**
 * A network as data: a list of segments (the stem, each block, the head), each a small acyclic
 * graph of operations. It is derived from a config once; parameter names and shapes, the layer
 * table and the forward pass all walk it, so they cannot disagree. A segment takes one tensor and
 * gives one, so a forward pass is a loop over segments however deep the net is.
 */
export interface Network {
  readonly segments: readonly Segment[];
}

export interface Segment {
  /** `stem`, `layer1.0`, `head`: what errors and tables call it. */
  readonly name: string;
  readonly part: 'features' | 'head';
  /** Its output is one of the feature maps that `features()` gives. */
  readonly isFeature: boolean;
  /** Value 0 is the segment's input, value i + 1 the output of `nodes[i]`; the last is its output. */
  readonly nodes: readonly Node[];
}

export interface Node {
  readonly op: Op;
  /** Which values of the segment it takes. */
  readonly inputs: readonly number[];
}

export type Op =
  | Conv2dOp
  | BatchNormOp
  | LinearOp
  | PoolOp
  | { readonly type: 'relu' | 'sigmoid' }
  | { readonly type: 'add' | 'addRelu' | 'multiply' }
  /** Of every channel, over height and width: [N, H, W, C] to [N, C] (or [N, 2 C]). */
  | { readonly type: 'globalPool'; readonly pool: 'avg' | 'max' | 'avgmax' | 'catavgmax' }
  /** [N, H, W, C] times a weight a channel [N, C]. */
  | { readonly type: 'multiplyChannels' }
  /** Zero channels on both sides, half each: shortcut option A. */
  | { readonly type: 'padChannels'; readonly before: number; readonly after: number }
  /** Rows of zeros below and columns of them on the right, `count` of each. */
  | { readonly type: 'padEnd'; readonly count: number }
  /** factor x + shift. */
  | { readonly type: 'affine'; readonly factor: number; readonly shift: number }
  | { readonly type: 'dropout'; readonly rate: number }
  /** Drops whole examples, the others scaled up: stochastic depth. */
  | { readonly type: 'dropPath'; readonly rate: number };

export interface Conv2dOp {
  readonly type: 'conv2d';
  readonly path: string;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
  /** What the bias starts with; no bias where absent. */
  readonly bias?: number;
  /** Last weight of a residual branch: zeroed by `zeroInitResidual`. */
  readonly endsBranch?: boolean;
}

export interface BatchNormOp {
  readonly type: 'batchNorm';
  readonly path: string;
  readonly channels: number;
  readonly epsilon: number;
  /** `relu` in the same pass. */
  readonly activation: 'none' | 'relu';
  readonly endsBranch?: boolean;
}

export interface LinearOp {
  readonly type: 'linear';
  readonly path: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  /** The reference has a 1x1 convolution here, so its weight is [out, in, 1, 1]. */
  readonly isConv: boolean;
}

export interface PoolOp {
  readonly type: 'maxPool' | 'avgPool';
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
  /** Windows may start inside the image and end outside of it; they then average what is inside. */
  readonly ceilMode: boolean;
}

/** Collects a segment's nodes; its methods return the index of the value that they make. */
export class SegmentBuilder {
  readonly #nodes: Node[] = [];

  /** The segment's input. */
  readonly input = 0;

  add(op: Op, ...inputs: readonly number[]): number {
    this.#nodes.push({ op, inputs });
    return this.#nodes.length;
  }

  relu(x: number): number {
    return this.add({ type: 'relu' }, x);
  }

  build(name: string, part: Segment['part'], isFeature: boolean): Segment {
    return { name, part, isFeature, nodes: this.#nodes };
  }
}
