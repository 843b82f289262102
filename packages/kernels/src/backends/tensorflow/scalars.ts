import { tensorflow } from './backend.ts';

/** Hands `use` the handles of float32 scalars that live as long as the call. */
export function withScalars<const V extends readonly number[], R>(
  values: V,
  use: (scalars: { readonly [K in keyof V]: number }) => R,
): R {
  const { binding } = tensorflow();
  const scalars = values.map((value) =>
    binding.createTensor([], binding.TF_FLOAT, Float32Array.of(value)),
  );
  try {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- map keeps the length
    return use(scalars as unknown as { readonly [K in keyof V]: number });
  } finally {
    for (const handle of scalars) binding.deleteTensor(handle);
  }
}
