/** The text of src/backends/wasm/simd-module.ts. */
export function generate(): Promise<string>;
