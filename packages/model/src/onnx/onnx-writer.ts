import type { ParameterSpec } from '../weights/parameter-spec.ts';
import type { StateDict } from '../weights/state-dict.ts';
import type { Attributes, Initializer, OnnxNode } from './model-proto.ts';

/** Collects nodes and the weights that they take, each once. */
export class OnnxWriter {
  readonly nodes: OnnxNode[] = [];
  readonly #initializers = new Map<string, Initializer>();
  readonly #state: StateDict;

  constructor(state: StateDict) {
    this.#state = state;
  }

  get initializers(): readonly Initializer[] {
    return [...this.#initializers.values()];
  }

  /** Adds a node, and gives the name of its output, which is the node's too. */
  node(type: string, name: string, inputs: readonly string[], attributes?: Attributes): string {
    this.nodes.push({ type, name, inputs, output: name, ...(attributes && { attributes }) });
    return name;
  }

  /** A parameter of the net as it is, or in another shape. */
  parameter(spec: ParameterSpec, shape: readonly number[] = spec.shape): string {
    return this.constant(spec.name, shape, this.values(spec));
  }

  values({ name }: ParameterSpec): Float32Array {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the state has been checked
    return this.#state.get(name)!.data as Float32Array;
  }

  constant(name: string, shape: readonly number[], data: Initializer['data']): string {
    this.#initializers.set(name, { name, shape, data });
    return name;
  }

  /** A list of integers that a node takes as an input. */
  integers(name: string, values: readonly number[]): string {
    return this.constant(name, [values.length], BigInt64Array.from(values, BigInt));
  }

  scalar(name: string, value: number): string {
    return this.constant(name, [], Float32Array.of(value));
  }

  /** Calls the output of the last node that makes `value` by another name. */
  renameOutput(value: string, name: string): void {
    const at = this.nodes.findLastIndex(({ output }) => output === value);
    this.nodes[at] = { ...this.nodes[at]!, output: name };
  }
}
