import type { ActivationMap, Classification, Prediction } from '../../types.ts';
import { Signal } from '../lib/signal.ts';
import type { Problem } from '../problems.ts';

/** A picture, and what is known of it. */
export interface Picture {
  readonly id: number;
  readonly name: string;
  readonly blob: Blob;
  /** Of the blob; revoked when the picture is removed. */
  readonly url: string;
  status: 'waiting' | 'done' | 'failed';
  /** Most probable first: five, or all classes once it was opened. */
  predictions: readonly Prediction[];
  result?: Pick<Classification, 'milliseconds' | 'width' | 'height'>;
  problem?: Problem;
  /** Whether all classes are known, and not only the first few. */
  complete: boolean;
  /** By class. */
  readonly maps: Map<number, ActivationMap>;
}

/** The pictures of this visit, in the order in which they were added. */
export class PictureList {
  /** Rises with every change. */
  readonly changes = new Signal(0);
  #pictures: Picture[] = [];
  #nextId = 1;
  #open: number | undefined;

  get all(): readonly Picture[] {
    return this.#pictures;
  }

  /** The picture that is shown large, if one is. */
  get open(): Picture | undefined {
    return this.#pictures.find(({ id }) => id === this.#open);
  }

  setOpen(id: number | undefined): void {
    this.#open = id;
    this.changed();
  }

  add(files: readonly { readonly name: string; readonly blob: Blob }[]): readonly Picture[] {
    const added = files.map(({ name, blob }): Picture => {
      const id = this.#nextId;
      this.#nextId += 1;
      return {
        id,
        name,
        blob,
        url: URL.createObjectURL(blob),
        status: 'waiting',
        predictions: [],
        complete: false,
        maps: new Map(),
      };
    });
    this.#pictures.push(...added);
    this.changed();
    return added;
  }

  clear(): void {
    for (const { url } of this.#pictures) URL.revokeObjectURL(url);
    this.#pictures = [];
    this.#open = undefined;
    this.changed();
  }

  /** Forgets all answers: another model is to give them. */
  forget(): void {
    for (const picture of this.#pictures) {
      picture.status = 'waiting';
      picture.predictions = [];
      picture.complete = false;
      picture.maps.clear();
      delete picture.result;
      delete picture.problem;
    }
    this.changed();
  }

  /** Tells that a picture was changed in place. */
  changed(): void {
    this.changes.set(this.changes.value + 1);
  }
}
