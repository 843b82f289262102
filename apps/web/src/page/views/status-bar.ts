import type { BackendName } from '../../types.ts';
import { byId, setText } from '../lib/dom.ts';
import { duration } from '../lib/format.ts';
import type { ModelSession, ModelState } from '../model/model-session.ts';
import { problemOf } from '../problems.ts';
import { notify } from './notices.ts';

const names: readonly BackendName[] = ['webgpu', 'wasm'];

/** The foot of the page: what the network runs on, and how long the last prediction took. */
export class StatusBar {
  readonly #session: ModelSession;
  /** The backend that is being started. */
  #wanted: BackendName | undefined;

  constructor(session: ModelSession) {
    this.#session = session;
    for (const name of names) {
      radio(name).addEventListener('change', () => void this.#switch(name));
    }
    session.state.watch((state) => this.#draw(state));
  }

  showTime(milliseconds: number | undefined): void {
    setText(
      byId('time'),
      milliseconds === undefined ? '' : `Last prediction: ${duration(milliseconds)}`,
    );
  }

  async #switch(name: BackendName): Promise<void> {
    this.#wanted = name;
    this.#draw(this.#session.state.value);
    setText(byId('backend-detail'), `Starting ${label(name)}…`);
    try {
      await this.#session.switchBackend(name);
    } catch (error) {
      notify(problemOf(error));
    } finally {
      this.#wanted = undefined;
      this.#draw(this.#session.state.value);
    }
  }

  #draw({ current, loading }: ModelState): void {
    const backend = current?.predictor.backend;
    // Without the interface there is certainly no WebGPU; with it, a try tells.
    const possible = 'gpu' in navigator;
    for (const name of names) {
      const input = radio(name);
      input.checked = (this.#wanted ?? backend?.name) === name;
      const missing = name === 'webgpu' && !possible;
      input.disabled = !current || this.#wanted !== undefined || missing;
      input.closest('label')?.toggleAttribute('data-missing', missing);
    }
    if (this.#wanted !== undefined) return;
    const slow = backend?.isSoftware ? ' (in software: slow)' : '';
    const without = possible ? '' : '. This browser has no WebGPU';
    setText(
      byId('backend-detail'),
      backend ? `${backend.detail}${slow}${without}` : loading ? 'Starting…' : 'Not running',
    );
  }
}

function radio(name: BackendName): HTMLInputElement {
  return byId(`backend-${name}`, HTMLInputElement);
}

function label(name: BackendName): string {
  return name === 'webgpu' ? 'WebGPU' : 'WebAssembly';
}
