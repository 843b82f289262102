import type { Prediction } from '../../types.ts';
import { h } from '../../dom.ts';
import { byId, closest, foreign, setText } from '../lib/dom.ts';
import { percent } from '../lib/format.ts';

/** Classes that are listed at once: of a thousand, the field below finds the others. */
const few = 5;
const many = 100;

export interface ResultsState {
  readonly predictions: readonly Prediction[];
  /** The class whose map is shown. */
  readonly mapped: number | undefined;
  /** Whether classes can be chosen for their map. */
  readonly choosable: boolean;
  readonly busy: boolean;
  /** What is said where there are no classes, and none are to come. */
  readonly empty: string;
  /** Rows to expect while there is nothing to list yet. */
  readonly expected: number;
  /** Rows keep their places (by class), for a moving picture of few classes. */
  readonly steady: boolean;
}

/** The classes with their bars. A click on one calls back with its index. */
export class ResultsView {
  readonly #list = byId('results', HTMLOListElement);
  readonly #more = byId('more', HTMLButtonElement);
  readonly #filter = byId('class-filter', HTMLInputElement);
  readonly #rows = new Map<number, Row>();
  #state: ResultsState | undefined;
  #expanded = false;

  constructor(onChoose: (classIndex: number) => void) {
    this.#list.addEventListener('click', (event) => {
      const button = closest(event, 'button');
      if (button) onChoose(Number(button.dataset['index']));
    });
    this.#more.addEventListener('click', () => {
      this.#expanded = !this.#expanded;
      this.#filter.value = '';
      this.#draw();
      if (this.#expanded && !this.#filter.hidden) this.#filter.focus();
    });
    this.#filter.addEventListener('input', () => this.#draw());
  }

  show(state: ResultsState): void {
    this.#state = state;
    this.#draw();
  }

  /** Folds the list up again, for another model. */
  reset(): void {
    this.#expanded = false;
    this.#rows.clear();
    this.#list.replaceChildren();
  }

  #draw(): void {
    const state = this.#state;
    if (!state) return;
    const { predictions, busy, choosable, expected, steady } = state;
    const hint =
      predictions.length > 0
        ? choosable
          ? 'Choose a class to see which parts of the picture speak for it.'
          : 'This network cannot show where it looked.'
        : busy
          ? ''
          : state.empty;
    setText(byId('results-hint'), hint);
    byId('results-hint').hidden = hint === '';
    byId('all-classes').hidden = predictions.length <= few;
    this.#more.setAttribute('aria-expanded', String(this.#expanded));
    setText(this.#more, this.#expanded ? 'Fewer classes' : `All ${predictions.length} classes`);
    this.#filter.hidden = !this.#expanded || predictions.length <= 12;
    this.#list.setAttribute('aria-busy', String(busy));
    if (predictions.length === 0) {
      this.#rows.clear();
      const ghosts = busy ? Math.min(few, expected) : 0;
      this.#list.replaceChildren(
        ...Array.from({ length: ghosts }, () => h('li', { class: 'ghost', 'aria-hidden': 'true' })),
      );
      return;
    }
    const needle = this.#filter.hidden ? '' : this.#filter.value.trim().toLowerCase();
    const top = predictions[0]?.index;
    const listed = this.#expanded
      ? predictions.filter(({ label }) => label.toLowerCase().includes(needle)).slice(0, many)
      : predictions.slice(0, few);
    if (steady && predictions.length <= few) listed.sort((a, b) => a.index - b.index);
    this.#place(listed, top, state);
  }

  #place(listed: readonly Prediction[], top: number | undefined, state: ResultsState): void {
    const kept = new Set(listed.map(({ index }) => index));
    for (const [index, { item }] of this.#rows) {
      if (kept.has(index)) continue;
      item.remove();
      this.#rows.delete(index);
    }
    for (const ghost of this.#list.querySelectorAll('.ghost')) ghost.remove();
    for (const [place, prediction] of listed.entries()) {
      let row = this.#rows.get(prediction.index);
      if (!row) {
        row = createRow(prediction);
        this.#rows.set(prediction.index, row);
      }
      updateRow(row, prediction, prediction.index === top, state);
      // Moved only where it has to be: a row that is moved loses focus.
      const there = this.#list.children[place];
      if (there !== row.item) this.#list.insertBefore(row.item, there ?? null);
    }
  }
}

interface Row {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly name: HTMLElement;
  readonly share: HTMLElement;
  readonly bar: HTMLElement;
}

function createRow({ index }: Prediction): Row {
  const share = h('span', { class: 'result-share' });
  const fill = h('span');
  const name = h('span', { class: 'result-label' }, foreign(''));
  const bar = h('span', { class: 'result-bar', 'aria-hidden': 'true' }, fill);
  const button = h('button', { type: 'button', class: 'result' }, name, ' ', share, bar);
  button.dataset['index'] = String(index);
  return { item: h('li', {}, button), button, name, share, bar: fill };
}

function updateRow(
  { button, name, share, bar }: Row,
  { index, label, probability }: Prediction,
  isTop: boolean,
  { mapped, choosable }: ResultsState,
): void {
  // Another model gives another name to the class of this index, while the camera runs on.
  if (name.title !== label) {
    name.title = label;
    name.replaceChildren(foreign(label));
  }
  setText(share, percent(probability));
  bar.style.setProperty('--share', probability.toFixed(4));
  button.classList.toggle('top', isTop);
  button.disabled = !choosable;
  if (choosable) button.setAttribute('aria-pressed', String(mapped === index));
  else button.removeAttribute('aria-pressed');
}
