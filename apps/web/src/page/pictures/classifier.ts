import type { WebPredictor } from '../../types.ts';
import type { ModelSession } from '../model/model-session.ts';
import { isCode, isPictureProblem, problemOf, type Problem } from '../problems.ts';
import type { Picture, PictureList } from './picture-list.ts';

/** Classes that are asked for at most: of a model with more, the rest are all but impossible. */
export const mostClasses = 1000;

/**
 * Classifies the pictures of a list one after another, the open one first and in full: with all
 * classes and a map of the likeliest.
 */
export class Classifier {
  readonly #list: PictureList;
  readonly #session: ModelSession;
  readonly #onFailure: (problem: Problem) => void;
  #running = false;

  constructor(list: PictureList, session: ModelSession, onFailure: (problem: Problem) => void) {
    this.#list = list;
    this.#session = session;
    this.#onFailure = onFailure;
    let last: WebPredictor | undefined;
    session.state.watch(({ current }) => {
      if (current && current.predictor !== last) {
        last = current.predictor;
        list.forget();
      }
    });
    list.changes.watch(() => void this.#run());
  }

  /** Asks again for the open picture: after a change of backend, for its time. */
  async again(): Promise<void> {
    const { open } = this.#list;
    const { predictor } = this.#session;
    if (!open || !predictor) return;
    await this.#classify(open, predictor, true);
    this.#list.changed();
  }

  /** Sees to the map of a class. The list changes when it is there. */
  async map(picture: Picture, classIndex: number): Promise<void> {
    const { predictor } = this.#session;
    if (!predictor || picture.maps.has(classIndex)) return;
    try {
      const map = await predictor.activationMap(picture.blob, classIndex);
      if (predictor === this.#session.predictor) picture.maps.set(classIndex, map);
      this.#list.changed();
    } catch (error) {
      if (!isCode(error, 'DISPOSED')) this.#onFailure(problemOf(error));
    }
  }

  async #run(): Promise<void> {
    if (this.#running) return;
    this.#running = true;
    try {
      for (;;) {
        const { predictor } = this.#session;
        const picture = this.#next();
        if (!predictor || !picture) return;
        const goOn = await this.#classify(picture, predictor, picture === this.#list.open);
        if (!goOn) return;
        this.#list.changed();
      }
    } finally {
      this.#running = false;
    }
  }

  #next(): Picture | undefined {
    const { open } = this.#list;
    if (open && open.status !== 'failed' && !open.complete) return open;
    return this.#list.all.find(({ status }) => status === 'waiting');
  }

  /** @returns false where nothing more can be classified for now */
  async #classify(picture: Picture, predictor: WebPredictor, full: boolean): Promise<boolean> {
    const { labels, hasActivationMaps } = predictor.model;
    try {
      const { predictions, map, milliseconds, width, height } = await predictor.classify(
        picture.blob,
        full
          ? { topK: Math.min(labels.length, mostClasses), map: hasActivationMaps }
          : { topK: Math.min(labels.length, 5) },
      );
      // Answers of a model that was replaced meanwhile count for nothing.
      if (predictor !== this.#session.predictor) return true;
      picture.status = 'done';
      picture.predictions = predictions;
      picture.result = { milliseconds, width, height };
      picture.complete = full;
      if (map) picture.maps.set(map.classIndex, map);
      return true;
    } catch (error) {
      if (predictor !== this.#session.predictor) return true;
      if (isPictureProblem(error)) {
        picture.status = 'failed';
        picture.problem = problemOf(error);
        return true;
      }
      this.#onFailure(problemOf(error));
      return false;
    }
  }
}
