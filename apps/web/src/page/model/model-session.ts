import { loadPredictor } from '../../load-predictor.ts';
import type { BackendName, LoadProgress, ModelSource, WebPredictor } from '../../types.ts';
import { Signal } from '../lib/signal.ts';
import { type Problem, problemOf } from '../problems.ts';

/** A model, and what the page calls it. */
export interface NamedSource {
  readonly name: string;
  readonly source: ModelSource;
}

export interface ModelState {
  /** The model in use; it stays while another is loaded, and where that fails. */
  readonly current?: { readonly name: string; readonly predictor: WebPredictor };
  readonly loading?: { readonly name: string; readonly progress?: LoadProgress };
  readonly problem?: Problem;
}

/** The model in use, and the loading of the next. */
export class ModelSession {
  readonly state = new Signal<ModelState>({});
  #abort: AbortController | undefined;
  #switched: ((reason: 'asked' | 'lost', message: string) => void) | undefined;

  /** @returns whether the model is in use now */
  async load({ name, source }: NamedSource): Promise<boolean> {
    this.#abort?.abort();
    const abort = new AbortController();
    this.#abort = abort;
    const set = (state: Omit<ModelState, 'current'>): void => {
      const { current } = this.state.value;
      if (this.#abort === abort) this.state.set({ ...(current && { current }), ...state });
    };
    set({ loading: { name } });
    try {
      const backend = this.state.value.current?.predictor.backend.name;
      const predictor = await loadPredictor(source, {
        // Who chose a backend keeps it.
        backend: backend ?? 'auto',
        signal: abort.signal,
        onProgress: (progress) => set({ loading: { name, progress } }),
      });
      if (this.#abort !== abort) {
        predictor.dispose();
        return false;
      }
      predictor.addEventListener('backendchange', ({ detail }) => {
        this.state.set({ ...this.state.value });
        this.#switched?.(detail.reason, detail.message);
      });
      const old = this.state.value.current?.predictor;
      this.#abort = undefined;
      this.state.set({ current: { name, predictor } });
      old?.dispose();
      return true;
    } catch (error) {
      set(abort.signal.aborted ? {} : { problem: problemOf(error) });
      if (this.#abort === abort) this.#abort = undefined;
      return false;
    }
  }

  /** Stops loading. The model in use stays. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** @throws WebPredictorError BACKEND_UNAVAILABLE */
  async switchBackend(name: BackendName): Promise<void> {
    await this.state.value.current?.predictor.switchBackend(name);
  }

  /** Reports that the backend has changed, on request or by loss. */
  onSwitch(listener: (reason: 'asked' | 'lost', message: string) => void): void {
    this.#switched = listener;
  }

  get predictor(): WebPredictor | undefined {
    return this.state.value.current?.predictor;
  }
}
