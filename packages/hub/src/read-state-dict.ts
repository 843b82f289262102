import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

import {
  ModelError,
  parseShardIndex,
  readSafetensors,
  readShards,
  type StateDict,
  stripPrefix,
} from '@resnet/model';

import { HubError } from './errors.ts';

/**
 * The weights in a file, whatever kind it is by its content: safetensors, an index of several, or
 * torch's `.pth` and `.pt`. Names come without what a wrapper put before them.
 *
 * @param note is called with what was taken from where, when that is not the whole of the file
 * @throws {HubError} WEIGHTS_INVALID naming the file and what is wrong with it
 */
export async function readStateDictFile(
  path: string,
  note: (text: string) => void,
): Promise<StateDict> {
  const bytes = await readFile(path);
  if (!path.endsWith('.json')) return await readStateDict(bytes, path, note);
  return await reporting(path, note, async () => {
    const index = parseShardIndex(bytes.toString('utf8'));
    const shards = new Map<string, Uint8Array>();
    for (const file of index.files) shards.set(file, await readFile(join(dirname(path), file)));
    return readShards(index, shards);
  });
}

/** The same of bytes that come from elsewhere; `source` is what errors call it. */
export async function readStateDict(
  bytes: Uint8Array,
  source: string,
  note: (text: string) => void,
): Promise<StateDict> {
  return await reporting(source, note, async () => {
    // Safetensors have their JSON from the ninth byte on; no file of torch's has a brace there.
    if (bytes[8] === 0x7b || extname(source) === '.safetensors') {
      return readSafetensors(bytes).tensors;
    }
    const { readTorch } = await import('@resnet/model/torch');
    const { tensors, key } = readTorch(bytes);
    if (key !== undefined) note(`the weights are those in '${key}' of ${basename(source)}`);
    return tensors;
  });
}

async function reporting(
  source: string,
  note: (text: string) => void,
  read: () => Promise<StateDict>,
): Promise<StateDict> {
  try {
    const { state, prefix } = stripPrefix(await read());
    if (prefix !== '') note(`names begin with '${prefix}', which is left out`);
    return state;
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    throw new HubError('WEIGHTS_INVALID', `${source} cannot be used: ${error.message}`, {
      hint: error.hint,
      cause: error,
    });
  }
}
