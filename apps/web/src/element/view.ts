import { h } from '../dom.ts';
import { paintHeatMap, placeHeatMap } from '../heat-map.ts';
import type { ActivationMap, Classification, LoadProgress, Prediction } from '../types.ts';
import { elementStyles } from './styles.ts';

export interface ViewEvents {
  readonly onPicture: (file: Blob) => void;
  /** A class was chosen, to see where it was seen; undefined to see the picture alone. */
  readonly onClass: (index: number | undefined) => void;
}

/** What the element shows; it knows nothing of models. All text of models and files stays text. */
export class View {
  readonly #input = h('input', { type: 'file', accept: 'image/*', class: 'hidden' });
  readonly #prompt = h(
    'span',
    { class: 'prompt', part: 'prompt' },
    h(
      'slot',
      { name: 'prompt' },
      'Drop or paste a picture, or ',
      h('span', { class: 'choose' }, 'choose one'),
    ),
  );
  readonly #picture = h('canvas', { class: 'picture', part: 'picture', role: 'img' });
  readonly #map = h('canvas', { class: 'map', part: 'map', 'aria-hidden': 'true' });
  readonly #frame = h('span', { class: 'frame', hidden: true }, this.#picture, this.#map);
  readonly #zone = h(
    'label',
    { class: 'zone', part: 'zone' },
    this.#input,
    h('span', { class: 'hidden' }, 'Choose a picture to classify'),
    this.#prompt,
    this.#frame,
  );
  readonly #progress = h('progress', { part: 'progress', 'aria-label': 'Loading', hidden: true });
  readonly #status = h('div', { class: 'status', part: 'status', role: 'status' });
  readonly #results = h('ol', { class: 'results', part: 'results' });
  readonly #onClass: ViewEvents['onClass'];
  readonly #percent = new Intl.NumberFormat(undefined, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  });
  /** The newest picture: older ones may still be decoding. */
  #latest = 0;
  /** Of the picture that was classified, in whose pixels maps are placed. */
  #size = { width: 1, height: 1 };

  constructor(root: ShadowRoot, { onPicture, onClass }: ViewEvents) {
    root.adoptedStyleSheets = [elementStyles()];
    root.append(
      this.#zone,
      this.#progress,
      this.#status,
      this.#results,
      h('slot', { name: 'footer' }),
    );
    this.#map.hidden = true;
    this.#onClass = onClass;
    this.#input.addEventListener('change', () => {
      const [file] = this.#input.files ?? [];
      if (file !== undefined) onPicture(file);
      // The same file may be chosen again.
      this.#input.value = '';
    });
    for (const type of ['dragenter', 'dragover'] as const) {
      this.#zone.addEventListener(type, (event) => {
        event.preventDefault();
        this.#zone.classList.add('over');
      });
    }
    this.#zone.addEventListener('dragleave', () => this.#zone.classList.remove('over'));
    this.#zone.addEventListener('drop', (event) => {
      event.preventDefault();
      this.#zone.classList.remove('over');
      const file = pictureIn(event.dataTransfer);
      if (file !== undefined) onPicture(file);
    });
  }

  showProgress(progress: LoadProgress | undefined): void {
    this.#progress.hidden = progress === undefined;
    if (progress === undefined) return;
    if (progress.stage === 'weights' && progress.total !== undefined) {
      this.#progress.max = progress.total;
      this.#progress.value = progress.loaded;
    } else {
      this.#progress.removeAttribute('value');
    }
  }

  showStatus(text: string, isError = false): void {
    this.#status.classList.toggle('error', isError);
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  setBusy(isBusy: boolean): void {
    this.#zone.classList.toggle('busy', isBusy);
    this.#results.setAttribute('aria-busy', String(isBusy));
  }

  /** Decodes beside the page, and keeps what is shown of it; a picture that is none shows nothing. */
  async showPicture(image: ImageBitmapSource): Promise<void> {
    const turn = ++this.#latest;
    let bitmap: ImageBitmap | undefined;
    try {
      bitmap = await createImageBitmap(image, { imageOrientation: 'from-image' });
    } catch {
      if (turn === this.#latest) this.clearPicture();
      return;
    }
    if (turn === this.#latest) this.#draw(bitmap);
    bitmap.close();
  }

  clearPicture(): void {
    this.#latest++;
    this.#frame.hidden = true;
    this.#prompt.hidden = false;
  }

  showResults(answer: Classification | undefined, isMapped: boolean): void {
    this.#results.replaceChildren(
      ...(answer?.predictions ?? []).map((prediction, place) =>
        h('li', {}, this.#row(prediction, place === 0, isMapped)),
      ),
    );
    if (answer !== undefined) this.#size = answer;
    const [best] = answer?.predictions ?? [];
    this.#picture.setAttribute(
      'aria-label',
      best === undefined
        ? 'The picture'
        : `The picture: ${best.label}, ${this.#percent.format(best.probability)}`,
    );
    this.showMap(answer?.map);
  }

  showMap(map: ActivationMap | undefined): void {
    this.#map.hidden = map === undefined;
    for (const row of this.#results.querySelectorAll('button')) {
      const isShown = row.value === String(map?.classIndex);
      row.setAttribute('aria-pressed', String(isShown));
    }
    if (map === undefined) return;
    paintHeatMap(this.#map, map);
    placeHeatMap(this.#map, map, this.#size);
  }

  #draw(bitmap: ImageBitmap): void {
    const scale = Math.min(1, 1024 / Math.max(bitmap.width, bitmap.height));
    this.#picture.width = Math.max(1, Math.round(bitmap.width * scale));
    this.#picture.height = Math.max(1, Math.round(bitmap.height * scale));
    const context = this.#picture.getContext('2d');
    if (context !== null) {
      context.imageSmoothingQuality = 'high';
      context.drawImage(bitmap, 0, 0, this.#picture.width, this.#picture.height);
    }
    this.#frame.hidden = false;
    this.#prompt.hidden = true;
  }

  #row(
    { label, index, probability }: Prediction,
    isFirst: boolean,
    isMapped: boolean,
  ): HTMLElement {
    const bar = h('div', { class: 'bar', part: 'bar' });
    bar.style.transform = `scaleX(${probability})`;
    const parts = [
      h('bdi', { class: 'label', part: 'label' }, label),
      h('span', { class: 'value', part: 'value' }, this.#percent.format(probability)),
      h('div', { class: 'track', part: 'track', 'aria-hidden': 'true' }, bar),
    ];
    const classes = isFirst ? 'result first' : 'result';
    if (!isMapped) return h('div', { class: classes, part: 'result' }, ...parts);
    const attributes = { type: 'button', value: String(index), 'aria-pressed': 'false' };
    const row = h('button', { class: classes, part: 'result', ...attributes }, ...parts);
    row.title = 'Show where in the picture this class was seen';
    row.addEventListener('click', () => {
      this.#onClass(row.getAttribute('aria-pressed') === 'true' ? undefined : index);
    });
    return row;
  }
}

/** The first picture among what was dropped or pasted. */
export function pictureIn(data: DataTransfer | null): File | undefined {
  return Array.from(data?.files ?? []).find(({ type }) => type.startsWith('image/'));
}
