import { TrainingError } from '../errors.ts';

/** What a training was started with, as plain JSON: a resumed one is compared with it. */
export interface Settings {
  /** The shape of each parameter and buffer, by path. */
  readonly model: Readonly<Record<string, readonly number[]>>;
  readonly classes: readonly string[];
  readonly optimizer: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly schedule: Readonly<Record<string, unknown>>;
  /** The learning-rate factors and decay of the parameters, hashed. */
  readonly parameterGroups: number;
  readonly epochs: number;
  readonly trainImages: number;
  readonly batchesPerEpoch: number;
  readonly accumulate: number;
  readonly labelSmoothing: number;
  readonly clipNorm: number | null;
  readonly ema: { readonly decay: number; readonly warmup: boolean } | null;
  readonly statisticsMomentum: number;
  readonly freezeBatchNorm: readonly string[];
  readonly seed: number;
}

/**
 * Compares what a checkpoint was made with to what it is resumed with.
 *
 * @returns the names of the settings that differ and may: the training goes on, but not to the
 *   same bits
 * @throws TrainingError `CHECKPOINT_MISMATCH` where model, classes, optimiser or averaging do not
 *   fit, or the place in the middle of an epoch would be another one
 */
export function compareSettings(saved: Settings, present: Settings, inEpoch: boolean): string[] {
  const where = modelDifference(saved.model, present.model);
  if (where !== undefined) mismatch('the model', where);
  const classes = classDifference(saved.classes, present.classes);
  if (classes !== undefined) mismatch('the class list', classes);
  if (saved.optimizer.name !== present.optimizer.name) {
    mismatch('the optimizer', `was ${saved.optimizer.name}, is ${present.optimizer.name}`);
  }
  if (hasMomentum(saved) !== hasMomentum(present)) {
    mismatch('the optimizer', `momentum was ${hasMomentum(saved)}, is ${hasMomentum(present)}`);
  }
  if ((saved.ema === null) !== (present.ema === null)) {
    const name = (on: boolean): string => (on ? 'on' : 'off');
    mismatch('ema', `was ${name(saved.ema !== null)}, is ${name(present.ema !== null)}`);
  }
  const changed = Object.entries(present)
    .filter(([key, value]) => !sameJson(value, new Map(Object.entries(saved)).get(key)))
    .map(([key]) => key);
  const place = (['trainImages', 'batchesPerEpoch', 'accumulate'] as const).find((key) =>
    changed.includes(key),
  );
  if (inEpoch && place !== undefined) {
    mismatch(
      place,
      `was ${saved[place]}, is ${present[place]}; the checkpoint stands in the middle of an epoch`,
    );
  }
  return changed;
}

function mismatch(what: string, how: string): never {
  throw new TrainingError('CHECKPOINT_MISMATCH', `resume: ${what} differs: ${how}`, {
    hint: 'Resume with what the checkpoint was made with, or start a new run.',
  });
}

function hasMomentum({ optimizer }: Settings): string {
  return optimizer['momentum'] === 0 ? 'off' : 'on';
}

function modelDifference(saved: Settings['model'], present: Settings['model']): string | undefined {
  for (const [path, shape] of Object.entries(saved)) {
    const other = present[path];
    if (other === undefined) return `the checkpoint has ${path}, the model has not`;
    if (!sameJson(shape, other)) {
      return `${path} is [${shape.join(', ')}] in the checkpoint, [${other.join(', ')}] in the model`;
    }
  }
  const extra = Object.keys(present).find((path) => saved[path] === undefined);
  return extra === undefined ? undefined : `the model has ${extra}, the checkpoint has not`;
}

function classDifference(saved: readonly string[], present: readonly string[]): string | undefined {
  if (saved.length !== present.length) return `had ${saved.length} classes, has ${present.length}`;
  const at = saved.findIndex((name, i) => name !== present[i]);
  return at < 0 ? undefined : `class ${at} was '${saved[at]}', is '${present[at]}'`;
}

function sameJson(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Keys in order, so that objects compare by content. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
}
