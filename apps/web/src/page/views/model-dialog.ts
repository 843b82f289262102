import { h } from '../../dom.ts';
import { byId, foreign, icon } from '../lib/dom.ts';
import { amount, bytes } from '../lib/format.ts';
import type { ModelSession, ModelState, NamedSource } from '../model/model-session.ts';
import { modelAddress } from '../model/model-address.ts';
import { noticeText } from './notices.ts';

/** Labels that are listed among the facts at most. */
const listed = 12;

/** The chip in the head of the page and the dialog behind it: which model, and how to take another. */
export class ModelDialog {
  readonly #dialog = byId('model-dialog', HTMLDialogElement);
  readonly #session: ModelSession;
  readonly #demo: NamedSource;

  constructor(session: ModelSession, demo: NamedSource) {
    this.#session = session;
    this.#demo = demo;
    byId('model-button').addEventListener('click', () => this.open());
    byId('model-close').addEventListener('click', () => this.#dialog.close());
    byId('model-cancel').addEventListener('click', () => session.cancel());
    byId('model-demo').addEventListener('click', () => void this.load(demo));
    this.#dialog.addEventListener('click', (event) => {
      if (event.target === this.#dialog) this.#dialog.close();
    });
    byId('model-url-form').addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#loadAddress();
    });
    session.state.watch((state) => this.#draw(state));
  }

  open(): void {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** Loads, and closes the dialog when the model is in use; where that fails, it says why. */
  async load(source: NamedSource): Promise<void> {
    if (await this.#session.load(source)) this.#dialog.close();
    else if (this.#session.state.value.problem) this.open();
  }

  async #loadAddress(): Promise<void> {
    const input = byId('model-url', HTMLInputElement);
    const address = modelAddress(input.value, document.baseURI);
    const problem = 'problem' in address ? address.problem : '';
    byId('model-url-error').textContent = problem;
    input.setAttribute('aria-invalid', String(problem !== ''));
    if ('problem' in address) input.focus();
    else await this.load(address);
  }

  #draw({ current, loading, problem }: ModelState): void {
    const chip = byId('model-button');
    chip.dataset['state'] = loading ? 'loading' : current ? 'ready' : 'failed';
    const name = loading?.name ?? current?.name ?? 'No model';
    byId('model-name').replaceChildren(foreign(name));
    const model = current?.predictor.model;
    byId('model-note').textContent = loading
      ? 'loading'
      : model
        ? `${model.architecture}, ${model.labels.length} classes`
        : '';

    const error = byId('model-error');
    error.hidden = !problem;
    error.replaceChildren(...(problem ? [icon('alert'), noticeText(problem)] : []));
    byId('model-demo').hidden = !!loading || current?.name === this.#demo.name;
    byId('model-facts').hidden = !current;
    if (!current || !model) return;
    const [height, width] = model.inputSize;
    const labels = model.labels.slice(0, listed).join(', ');
    const rest = model.labels.length - listed;
    byId('model-facts').replaceChildren(
      ...fact('In use', foreign(current.name)),
      ...fact('Network', foreign(model.architecture), `, sees ${width} × ${height} pixels`),
      ...fact('Size', `${amount(model.parameters)} parameters, ${bytes(model.bytes)}`),
      ...fact(
        `${model.labels.length} classes`,
        h(
          'span',
          { class: 'clamped', dir: 'auto' },
          rest > 0 ? `${labels} and ${rest} more` : labels,
        ),
      ),
    );
  }
}

function fact(term: string, ...description: (Node | string)[]): HTMLElement[] {
  return [h('dt', {}, term), h('dd', {}, ...description)];
}
