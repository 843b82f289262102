import { h } from '../../dom.ts';
import { byId, closest, foreign, icon, setText } from '../lib/dom.ts';
import { csv } from '../lib/csv.ts';
import { percent, plural } from '../lib/format.ts';
import { arrange, csvRows, type Filter, filtersOf, sortKeys } from '../pictures/arrange.ts';
import type { Picture, PictureList } from '../pictures/picture-list.ts';
import { thumbnail } from './thumbnails.ts';

/** The grid of pictures: sorted, filtered, downloaded. A click on one calls back with it. */
export class GalleryView {
  readonly #list: PictureList;
  readonly #cards = new Map<number, Card>();
  readonly #grid = byId('cards');
  readonly #search = byId('grid-search', HTMLInputElement);
  readonly #filter = byId('grid-filter', HTMLSelectElement);
  readonly #sort = byId('grid-sort', HTMLSelectElement);
  #filters: readonly Filter[] = [];
  #scheduled = false;

  constructor(list: PictureList, onOpen: (picture: Picture) => void) {
    this.#list = list;
    this.#grid.addEventListener('click', (event) => {
      const id = Number(closest(event, '.card')?.dataset['id']);
      const picture = list.all.find((candidate) => candidate.id === id);
      if (picture) onOpen(picture);
    });
    for (const control of [this.#search, this.#filter, this.#sort]) {
      control.addEventListener('input', () => this.#draw());
    }
    byId('download').addEventListener('click', () => this.#download());
    byId('clear-filter').addEventListener('click', () => {
      this.#search.value = '';
      this.#filter.value = 'all';
      this.#draw();
      this.#search.focus();
    });
    // However many answers come between two frames, the grid is drawn once.
    list.changes.watch(() => {
      if (this.#scheduled) return;
      this.#scheduled = true;
      requestAnimationFrame(() => {
        this.#scheduled = false;
        this.#draw();
      });
    });
  }

  /** The pictures that are shown, in their order. */
  get shown(): readonly Picture[] {
    return arrange(this.#list.all, {
      search: this.#search.value,
      filter: this.#filters.find((filter) => filter === this.#filter.value) ?? 'all',
      sort: sortKeys.find((key) => key === this.#sort.value) ?? 'added',
    });
  }

  focus(picture: Picture | undefined): void {
    const card = picture && this.#cards.get(picture.id);
    (card?.button ?? byId('gallery-title')).focus();
  }

  #draw(): void {
    this.#forgetRemoved();
    const { all } = this.#list;
    this.#offerFilters(all);
    const { shown } = this;
    const items = shown.map((picture) => this.#cardOf(picture).item);
    if (!sameChildren(this.#grid, items)) this.#grid.replaceChildren(...items);
    byId('cards-none').hidden = shown.length > 0 || all.length === 0;

    const waiting = all.filter(({ status }) => status === 'waiting').length;
    const failed = all.filter(({ status }) => status === 'failed').length;
    const progress = byId('grid-progress', HTMLProgressElement);
    progress.hidden = waiting === 0;
    progress.max = Math.max(1, all.length);
    progress.value = all.length - waiting;
    byId('download', HTMLButtonElement).disabled = waiting === all.length;
    const counted =
      shown.length === all.length
        ? plural(all.length, 'picture')
        : `${shown.length} of ${plural(all.length, 'picture')}`;
    setText(
      byId('gallery-title'),
      failed > 0 ? `${counted}, ${failed} could not be read` : counted,
    );
  }

  #cardOf(picture: Picture): Card {
    let card = this.#cards.get(picture.id);
    if (!card) {
      card = createCard(picture);
      this.#cards.set(picture.id, card);
    }
    updateCard(card, picture);
    return card;
  }

  #forgetRemoved(): void {
    const ids = new Set(this.#list.all.map(({ id }) => id));
    for (const [id, card] of this.#cards) {
      if (ids.has(id)) continue;
      card.image.removeAttribute('src');
      card.revoke();
      this.#cards.delete(id);
    }
  }

  #offerFilters(all: readonly Picture[]): void {
    const chosen = this.#filter.value;
    const filters = filtersOf(all);
    this.#filters = filters.map(({ value }) => value);
    const signature = filters.map(({ text }) => text).join('\n');
    if (this.#filter.dataset['signature'] === signature) return;
    this.#filter.dataset['signature'] = signature;
    this.#filter.replaceChildren(...filters.map(({ value, text }) => h('option', { value }, text)));
    this.#filter.value = filters.some(({ value }) => value === chosen) ? chosen : 'all';
  }

  #download(): void {
    const url = URL.createObjectURL(new Blob([csv(csvRows(this.shown))], { type: 'text/csv' }));
    h('a', { href: url, download: 'predictions.csv' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

interface Card {
  readonly item: HTMLLIElement;
  readonly button: HTMLButtonElement;
  readonly image: HTMLImageElement;
  readonly verdict: HTMLElement;
  readonly share: HTMLElement;
  readonly bar: HTMLElement;
  readonly fill: HTMLElement;
  revoke: () => void;
}

function createCard({ id, name, blob }: Picture): Card {
  const image = h('img', { alt: '', loading: 'lazy', decoding: 'async' });
  const picture = h('span', { class: 'card-picture' }, image);
  const verdict = h('bdi');
  const share = h('span');
  const fill = h('span');
  const bar = h('span', { class: 'result-bar', 'aria-hidden': 'true' }, fill);
  const button = h(
    'button',
    { type: 'button', class: 'card' },
    picture,
    h(
      'span',
      { class: 'card-text' },
      h('span', { class: 'card-verdict' }, verdict, share),
      bar,
      h('span', { class: 'card-name', title: name }, foreign(name)),
    ),
  );
  button.dataset['id'] = String(id);
  const item = h('li', {}, button);
  const card: Card = {
    item,
    button,
    image,
    verdict,
    share,
    bar,
    fill,
    revoke: () => undefined,
  };
  let gone = false;
  card.revoke = () => {
    gone = true;
  };
  image.addEventListener('error', () => image.replaceWith(icon('broken')));
  const show = async (): Promise<void> => {
    const url = await thumbnail(blob);
    if (!url) image.replaceWith(icon('broken'));
    else if (gone) URL.revokeObjectURL(url);
    else {
      image.src = url;
      card.revoke = () => URL.revokeObjectURL(url);
    }
  };
  void show();
  return card;
}

function updateCard(card: Card, { status, predictions, problem }: Picture): void {
  const [first] = predictions;
  card.button.dataset['state'] = status;
  card.bar.hidden = !first;
  setText(card.verdict, first?.label ?? (status === 'failed' ? 'Cannot be read' : 'Waiting'));
  setText(card.share, first ? percent(first.probability) : '');
  card.fill.style.setProperty('--share', String(first?.probability ?? 0));
  card.button.title = problem?.text ?? first?.label ?? '';
}

function sameChildren(parent: Element, children: readonly Element[]): boolean {
  return (
    parent.children.length === children.length &&
    children.every((child, i) => parent.children[i] === child)
  );
}
