import type { ActivationMap } from '../../types.ts';
import { h } from '../../dom.ts';
import { byId, icon } from '../lib/dom.ts';
import { paintHeatMap, placeHeatMap } from '../../heat-map.ts';
import type { Problem } from '../problems.ts';

/** Pictures with sides below this are shown with their pixels. */
const smallSide = 96;

/** The large picture or video, the map over it, and what stands there when there is none. */
export class StageView {
  readonly video = byId('video', HTMLVideoElement);
  readonly #stage = byId('stage');
  readonly #frame = byId('frame');
  readonly #image = byId('picture', HTMLImageElement);
  readonly #seen = byId('seen');
  readonly #canvas = byId('map', HTMLCanvasElement);
  readonly #state = byId('stage-state');
  readonly #on = byId('map-on', HTMLInputElement);
  readonly #strength = byId('map-strength', HTMLInputElement);
  #map: ActivationMap | undefined;

  constructor(onToggle: () => void) {
    this.#image.addEventListener('load', () => {
      this.#size(this.#image.naturalWidth, this.#image.naturalHeight);
    });
    this.video.addEventListener('resize', () => {
      this.#size(this.video.videoWidth, this.video.videoHeight);
    });
    this.#on.addEventListener('change', () => {
      this.#showMap();
      onToggle();
    });
    this.#strength.addEventListener('input', () => this.#showMap());
    this.#showMap();
  }

  /** Whether the map is wanted. */
  get isMapOn(): boolean {
    return this.#on.checked;
  }

  turnMapOn(on: boolean): void {
    this.#on.checked = on;
    this.#showMap();
  }

  showPicture(url: string, alternative: string): void {
    this.#image.hidden = false;
    this.video.hidden = true;
    if (this.#image.src !== url) this.#image.src = url;
    this.#image.alt = alternative;
    delete this.#frame.dataset['mirrored'];
  }

  showVideo(mirrored: boolean): void {
    this.#image.hidden = true;
    this.#image.removeAttribute('src');
    this.video.hidden = false;
    if (mirrored) this.#frame.dataset['mirrored'] = '';
    else delete this.#frame.dataset['mirrored'];
  }

  /** A message in the picture's place; none clears it. */
  showProblem(problem?: Problem, actions: readonly HTMLElement[] = [], symbol = 'broken'): void {
    this.#state.hidden = !problem;
    if (!problem) {
      delete this.#stage.dataset['state'];
      this.#state.replaceChildren();
      return;
    }
    this.#stage.dataset['state'] = 'problem';
    this.#state.replaceChildren(
      icon(symbol),
      h('h2', {}, problem.title),
      h('p', {}, problem.text),
      ...(actions.length > 0 ? [h('div', { class: 'actions' }, ...actions)] : []),
    );
  }

  /** The map over the picture, whose size in pixels is given; none takes it away. */
  showMap(map: ActivationMap | undefined, width = 1, height = 1): void {
    if (map && map !== this.#map) {
      paintHeatMap(this.#canvas, map);
      placeHeatMap(this.#seen, map, { width, height });
    }
    this.#map = map;
    this.#showMap();
  }

  /** @param caption what is said below; no children for nothing */
  showControls(available: boolean, ...caption: readonly (Node | string)[]): void {
    byId('map-controls').hidden = !available;
    byId('legend').hidden = !available || this.#seen.hidden;
    const words = h('p', { class: 'fine' }, ...caption);
    if (byId('map-caption').textContent !== words.textContent) {
      byId('map-caption').replaceChildren(...words.childNodes);
    }
  }

  #showMap(): void {
    this.#seen.hidden = !this.#map || !this.#on.checked;
    this.#canvas.style.opacity = String(Number(this.#strength.value) / 100);
    this.#strength.disabled = !this.#on.checked;
  }

  #size(width: number, height: number): void {
    if (width === 0 || height === 0) return;
    // A banner of one pixel's height would be nothing: stretched so far, it can at least be seen.
    const ratio = Math.min(6, Math.max(1 / 6, width / height));
    this.#frame.style.setProperty('--ratio', String(ratio));
    if (Math.max(width, height) < smallSide) this.#frame.dataset['small'] = '';
    else delete this.#frame.dataset['small'];
  }
}
