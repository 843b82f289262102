/** How a parameter starts; see `initialState`. */
export type Initializer =
  | { readonly kind: 'constant'; readonly value: number }
  /** Normal, standard deviation sqrt(2 / fanOut): He et al., arXiv 1502.01852, on the outputs. */
  | { readonly kind: 'heNormal'; readonly fanOut: number }
  /** Uniform in +-1 / sqrt(fanIn): what torch's Linear does by default. */
  | { readonly kind: 'uniform'; readonly fanIn: number };

/** What a parameter does in its op; it decides the layout (`bn`: batch norm). */
export type ParameterRole =
  | 'conv'
  | 'linear'
  | 'bias'
  | 'bnScale'
  | 'bnOffset'
  | 'bnMean'
  | 'bnVariance';

/** One tensor of a net's state, in the reference's name and layout. */
export interface ParameterSpec {
  /** `layer1.0.conv1.weight` */
  readonly name: string;
  /** torch's layout: [out, in / groups, height, width] of a convolution, [out, in] of a linear. */
  readonly shape: readonly number[];
  readonly role: ParameterRole;
  /** False for running statistics, which training updates but no gradient does. */
  readonly trainable: boolean;
  readonly initializer: Initializer;
  /** Last weight of a residual branch: starts at 0 under `zeroInitResidual`. */
  readonly endsBranch: boolean;
}

/** What the reference calls the module of a parameter: `layer1.0.conv1` of `layer1.0.conv1.weight`. */
export function modulePath({ name }: ParameterSpec): string {
  return name.slice(0, name.lastIndexOf('.'));
}

/** Elements of a tensor of this shape. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
