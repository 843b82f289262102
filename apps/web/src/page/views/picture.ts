import { byId, foreign, setText } from '../lib/dom.ts';
import { percent } from '../lib/format.ts';
import type { ModelSession } from '../model/model-session.ts';
import type { Classifier } from '../pictures/classifier.ts';
import type { Picture, PictureList } from '../pictures/picture-list.ts';
import { announce } from './announce.ts';
import type { ResultsView } from './results.ts';
import type { StageView } from './stage.ts';

/** One picture, large, with its classes beside it and the map of one of them over it. */
export class PictureView {
  readonly #list: PictureList;
  readonly #session: ModelSession;
  readonly #classifier: Classifier;
  readonly #stage: StageView;
  readonly #results: ResultsView;
  #shown: number | undefined;
  /** The class whose map is wanted; the likeliest unless one was chosen. */
  #chosen: number | undefined;
  #told = '';

  constructor(
    list: PictureList,
    session: ModelSession,
    classifier: Classifier,
    stage: StageView,
    results: ResultsView,
  ) {
    this.#list = list;
    this.#session = session;
    this.#classifier = classifier;
    this.#stage = stage;
    this.#results = results;
  }

  /** Shows the map of a class; of the class whose map is shown, hides it. */
  choose(classIndex: number): void {
    const { open } = this.#list;
    if (!open) return;
    if (this.#stage.isMapOn && this.#mappedClass(open) === classIndex) {
      this.#stage.turnMapOn(false);
    } else {
      this.#chosen = classIndex;
      this.#stage.turnMapOn(true);
      void this.#classifier.map(open, classIndex);
    }
    this.draw();
  }

  draw(): void {
    const { open } = this.#list;
    if (!open) {
      this.#shown = undefined;
      return;
    }
    if (open.id !== this.#shown) {
      this.#shown = open.id;
      this.#chosen = undefined;
      this.#told = '';
    }
    const { current, loading } = this.#session.state.value;
    const canAnswer = current !== undefined || loading !== undefined;
    const model = current?.predictor.model;
    const mapped = this.#mappedClass(open);
    const map = mapped === undefined ? undefined : open.maps.get(mapped);
    setText(byId('stage-name'), open.name);
    byId('stage-name').title = open.name;
    this.#stage.showPicture(open.url, alternativeOf(open));
    this.#stage.showProblem(open.problem);
    this.#stage.showMap(map, open.result?.width, open.result?.height);
    const canMap = open.status !== 'failed' && (model?.hasActivationMaps ?? true);
    this.#stage.showControls(canMap, ...this.#caption(open, mapped));
    this.#results.show({
      predictions: open.predictions,
      mapped: this.#stage.isMapOn ? mapped : undefined,
      choosable: model?.hasActivationMaps ?? false,
      busy: canAnswer && open.status !== 'failed' && !open.complete,
      empty:
        open.status === 'failed' ? 'Nothing to classify.' : 'Without a model there is no answer.',
      expected: model?.labels.length ?? 4,
      steady: false,
    });
    this.#tell(open);
  }

  #mappedClass(picture: Picture): number | undefined {
    return this.#chosen ?? picture.predictions[0]?.index;
  }

  #caption(picture: Picture, mapped: number | undefined): readonly (Node | string)[] {
    const map = mapped === undefined ? undefined : picture.maps.get(mapped);
    const label = picture.predictions.find(({ index }) => index === mapped)?.label;
    if (!map || label === undefined || !this.#stage.isMapOn || !picture.result) return [];
    const { width, height } = picture.result;
    const cropped = map.box.width < 0.97 * width || map.box.height < 0.97 * height;
    const seen = cropped ? ' The network sees only the part that is not dimmed.' : '';
    return ['Bright parts speak for “', foreign(label), `”.${seen}`];
  }

  #tell(picture: Picture): void {
    const [first] = picture.predictions;
    const text = picture.problem
      ? `${picture.name}: ${picture.problem.title}`
      : first && picture.complete
        ? `${picture.name}: ${first.label}, ${percent(first.probability)}`
        : '';
    if (text === '' || text === this.#told) return;
    this.#told = text;
    announce(text);
  }
}

function alternativeOf({ name, predictions: [first] }: Picture): string {
  return first ? `${name}, classified as ${first.label}` : name;
}
