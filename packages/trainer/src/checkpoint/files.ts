import { readSafetensors, type StateDict, writeSafetensors } from '@resnet/model';

import { TrainingError } from '../errors.ts';
import { fromUtf8, utf8 } from '../text.ts';
import type { Checkpoint } from './checkpoint.ts';

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
 * @throws TrainingError `bad-checkpoint` naming the file that is missing, cut short, of another
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
      throw new TrainingError('bad-checkpoint', `decodeCheckpoint: ${name} cannot be read`, {
        cause,
        advice: cause instanceof Error ? cause.message : String(cause),
      });
    }
    const other = content.metadata.get('checkpoint');
    if (other !== id) {
      throw new TrainingError(
        'bad-checkpoint',
        `decodeCheckpoint: ${name} belongs to another checkpoint (${other ?? 'none'}) than ${json} (${id})`,
        { advice: 'Writing was cut short, or files of two checkpoints were mixed' },
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
  throw new TrainingError('bad-checkpoint', `decodeCheckpoint: ${name} is missing`, {
    advice: `The files are ${[...files.keys()].join(', ') || 'none'}`,
  });
}

function parseJson(bytes: Uint8Array): JsonPart & { hasEma: boolean } {
  const fail = (what: string, cause?: unknown): never => {
    throw new TrainingError('bad-checkpoint', `decodeCheckpoint: ${json} ${what}`, { cause });
  };
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(bytes));
  } catch (cause) {
    return fail(`is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`, cause);
  }
  if (typeof value !== 'object' || value === null) return fail('holds no object');
  const fields = value as Record<string, unknown>;
  if (fields['version'] !== 1) return fail(`has version ${String(fields['version'])}, expected 1`);
  const is = (name: string, good: boolean, expected: string): void => {
    if (!good) fail(`: ${name} is ${expected}, received ${JSON.stringify(fields[name])}`);
  };
  for (const name of ['epochsDone', 'batchesDone', 'step']) {
    const count = fields[name];
    is(name, Number.isInteger(count) && (count as number) >= 0, 'a count');
  }
  is('history', Array.isArray(fields['history']), 'a list');
  is('random', Array.isArray(fields['random']) && fields['random'].length === 4, 'four words');
  is('hasEma', typeof fields['hasEma'] === 'boolean', 'true or false');
  for (const name of ['sums', 'settings']) {
    is(name, typeof fields[name] === 'object' && fields[name] !== null, 'an object');
  }
  const sums = fields['sums'] as Record<string, unknown>;
  for (const name of ['loss', 'correct', 'images', 'dataWaitMs', 'stepMs', 'learningRate']) {
    is('sums', Number.isFinite(sums[name]), `an object with a number '${name}'`);
  }
  const settings = fields['settings'] as Record<string, unknown>;
  for (const name of ['model', 'optimizer', 'schedule']) {
    is('settings', typeof settings[name] === 'object', `an object with '${name}'`);
  }
  is('settings', Array.isArray(settings['classes']), "an object with a list 'classes'");
  return value as JsonPart & { hasEma: boolean };
}
