/** The text of src/wasm/simd-module.ts. */
export function generate(): Promise<string>;
