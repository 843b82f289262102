/** Where a block stands in its net: what its config does not say. */
export interface BlockPlace {
  readonly path: string;
  readonly inChannels: number;
  /** The stage's width, before expansion. */
  readonly width: number;
  readonly stride: number;
  readonly dilation: number;
  /** Dilation of the first strided convolution: a stage that dilates does so from its second on. */
  readonly firstDilation: number;
  readonly isFirstOfNet: boolean;
  readonly isFirstOfStage: boolean;
  readonly isLastOfStage: boolean;
  readonly dropPathRate: number;
}
