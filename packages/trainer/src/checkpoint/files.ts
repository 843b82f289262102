import { readSafetensors, type StateDict, writeSafetensors } from '@resnet/model';

import { TrainingError } from '../errors.ts';
import { fromUtf8, utf8 } from '../text.ts';
import { noSums } from '../history.ts';
import type { Checkpoint } from './checkpoint.ts';
import { bad, isCount, JsonFields } from './json.ts';

const json = 'checkpoint.json';
const tensorFiles = {
  model: 'model.safetensors',
  optimizer: 'optimizer.safetensors',
  ema: 'ema.safetensors',
} as const;

/**
 * A checkpoint as files: name to bytes, to be put into a folder of their own. Write
 * `checkpoint.json` last: it refers to the others and is what makes them a checkpoint.
 */
export function encodeCheckpoint(checkpoint: Checkpoint): Map<string, Uint8Array> {
  const { model, optimizer, ema, ...rest } = checkpoint;
  const id = identity(checkpoint);
  const files = new Map<string, Uint8Array>();
  const add = (name: string, state: StateDict): void => {
    files.set(name, writeSafetensors(state, { metadata: { format: 'pt', checkpoint: id } }));
  };
  add(tensorFiles.model, model);
  add(tensorFiles.optimizer, optimizer);
  if (ema !== undefined) add(tensorFiles.ema, ema);
  const text = JSON.stringify({ ...rest, hasEma: ema !== undefined }, null, 1);
  files.set(json, utf8(text));
  return files;
}

/**
 * The checkpoint that `encodeCheckpoint` made.
 *
 * @param files name to bytes; others are ignored
 * @throws TrainingError `CHECKPOINT_INVALID` naming the file that is missing, cut short, of another
 *   version, or of another checkpoint than its neighbours
 */
export function decodeCheckpoint(files: ReadonlyMap<string, Uint8Array>): Checkpoint {
  const { hasEma, ...rest } = parseJson(required(files, json));
  const id = identity(rest);
  const read = (name: string): StateDict => {
    const bytes = required(files, name);
    let content: ReturnType<typeof readSafetensors>;
    try {
      content = readSafetensors(bytes);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new TrainingError(
        'CHECKPOINT_INVALID',
        `decodeCheckpoint: ${name} cannot be read: ${reason}`,
        { cause },
      );
    }
    const other = content.metadata.get('checkpoint');
    if (other !== id) {
      throw new TrainingError(
        'CHECKPOINT_INVALID',
        `decodeCheckpoint: ${name} belongs to another checkpoint (${other ?? 'none'}) than ${json} (${id})`,
        { hint: 'Writing was cut short, or files of two checkpoints were mixed.' },
      );
    }
    return content.tensors;
  };
  return {
    ...rest,
    model: read(tensorFiles.model),
    optimizer: read(tensorFiles.optimizer),
    ...(hasEma && { ema: read(tensorFiles.ema) }),
  };
}

type JsonPart = Omit<Checkpoint, 'model' | 'optimizer' | 'ema'>;

/** The same in all files of a checkpoint. */
function identity({ epochsDone, batchesDone, step, sums, history }: JsonPart): string {
  const loss = history.at(-1)?.trainLoss ?? 0;
  return [epochsDone, batchesDone, step, sums.loss, loss].join('/');
}

function required(files: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  const bytes = files.get(name);
  if (bytes !== undefined) return bytes;
  throw new TrainingError('CHECKPOINT_INVALID', `decodeCheckpoint: ${name} is missing`, {
    hint: `The files are ${[...files.keys()].join(', ') || 'none'}.`,
  });
}

function parseJson(bytes: Uint8Array): JsonPart & { hasEma: boolean } {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    throw bad(`${json} is not JSON: ${cause instanceof Error ? cause.message : ''}`, cause);
  }
  const fields = new JsonFields(value, json);
  fields.expect('version', '1 (written by another version of @resnet/trainer?)', (v) => v === 1);
  for (const name of ['epochsDone', 'batchesDone', 'step']) fields.expect(name, 'a count', isCount);
  fields.expect('history', 'a list', Array.isArray);
  fields.expect('random', 'four words', (v) => Array.isArray(v) && v.length === 4);
  fields.expect('hasEma', 'true or false', (v) => typeof v === 'boolean');
  const sums = fields.object('sums');
  for (const name of Object.keys(noSums)) sums.expect(name, 'a number', Number.isFinite);
  const settings = fields.object('settings');
  for (const name of ['model', 'optimizer', 'schedule']) settings.object(name);
  settings.expect('classes', 'a list', Array.isArray);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked field by field
  return value as JsonPart & { hasEma: boolean };
}
