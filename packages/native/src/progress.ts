/** What a set-up is doing; `bytes` of `totalBytes` where it can be counted. */
export interface ProvisionProgress {
  /** `wait`: another process is setting up the same; `check`: comparing a download's hash. */
  readonly phase: 'wait' | 'download' | 'check' | 'unpack' | 'build' | 'link' | 'done';
  /** The file or thing worked on, for people. */
  readonly item: string;
  readonly bytes?: number;
  /** Rounded up while downloading: the exact size is not known before. */
  readonly totalBytes?: number;
}

export interface Reporting {
  readonly onProgress?: ((progress: ProvisionProgress) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
