/** The backends in the order in which `auto` tries them. */
export const backendNames = ['tensorflow', 'webgpu', 'wasm', 'cpu'] as const;

export type BackendName = (typeof backendNames)[number];

export type BackendChoice = 'auto' | BackendName;

/** A backend that is current in tfjs, with this project's kernels registered. */
export interface StartedBackend {
  /** What it runs on, for people: version, adapter, SIMD, threads. */
  readonly detail: string;
  /** Frees what would keep the process from ending. No tensor of the backend may be used after it. */
  dispose(): Promise<void>;
}

/** What keeps a backend from starting here, and how to get it. */
export interface Missing {
  readonly problem: string;
  readonly hint: string;
}

export interface Backend {
  /**
   * What is missing, found out without starting it. `auto` passes over a backend that is missing
   * something, and over one that is here but not worth choosing (`onlyByName`).
   */
  check(): Promise<Missing | { readonly onlyByName: string } | undefined>;
  start(): Promise<StartedBackend>;
}

/** What convolutions are computed in. */
export const precisions = ['float32', 'bf16', 'bf16-anyway', 'auto'] as const;

export type Precision = (typeof precisions)[number];
