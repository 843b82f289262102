import { TrainingError } from '../errors.ts';

/** A JSON object whose fields are not to be trusted. */
export class JsonFields {
  readonly #fields: ReadonlyMap<string, unknown>;
  readonly #where: string;

  /** @throws TrainingError `CHECKPOINT_INVALID` where `value` is no object */
  constructor(value: unknown, where: string) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw bad(`${where} is not an object`);
    }
    this.#fields = new Map(Object.entries(value));
    this.#where = where;
  }

  /** Throws unless the field passes. */
  expect(name: string, expected: string, test: (value: unknown) => boolean): void {
    const value = this.#fields.get(name);
    if (test(value)) return;
    throw bad(`${this.#where}: ${name} should be ${expected}, is ${JSON.stringify(value)}`);
  }

  object(name: string): JsonFields {
    return new JsonFields(this.#fields.get(name), `${this.#where}: ${name}`);
  }
}

export function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0;
}

export function bad(what: string, cause?: unknown): TrainingError {
  return new TrainingError('CHECKPOINT_INVALID', `decodeCheckpoint: ${what}`, { cause });
}
