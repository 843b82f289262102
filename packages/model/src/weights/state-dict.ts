/** A tensor in ordinary memory, as weight files hold it. */
export type HostTensor =
  | { readonly shape: readonly number[]; readonly dtype: 'float32'; readonly data: Float32Array }
  | { readonly shape: readonly number[]; readonly dtype: 'int64'; readonly data: BigInt64Array };

/** A net's weights by torch's names, in torch's layout. */
export type StateDict = ReadonlyMap<string, HostTensor>;
