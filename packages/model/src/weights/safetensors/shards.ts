/* oxlint-disable typescript/no-unsafe-type-assertion -- values are narrowed by the checks around them */
import { ModelError } from '../../errors.ts';
import { parseJson } from '../../untrusted-json.ts';
import type { HostTensor, StateDict } from '../state-dict.ts';
import { readSafetensors } from './read-safetensors.ts';

/** Which file holds which tensors, where weights are spread over several. */
export interface ShardIndex {
  /** Names beside the index, in its order; never paths. */
  readonly files: readonly string[];
  /** The file of each tensor. */
  readonly fileOf: ReadonlyMap<string, string>;
}

/**
 * Reads `model.safetensors.index.json`, as Hugging Face's libraries write it.
 *
 * @throws {ModelError} SAFETENSORS_INVALID when it is none, or names a file elsewhere
 */
export function parseShardIndex(text: string): ShardIndex {
  let json: unknown;
  try {
    json = parseJson(text);
  } catch (cause) {
    throw invalid(`it cannot be read as JSON (${(cause as Error).message.slice(0, 100)})`, cause);
  }
  const map = typeof json === 'object' && json !== null && 'weight_map' in json && json.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw invalid('it has no weight_map from names to files');
  }
  const fileOf = new Map<string, string>();
  for (const [name, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !/^[\w.-]+\.safetensors$/.test(file)) {
      throw invalid(
        `'${name.slice(0, 100)}' must be in ${JSON.stringify(file)?.slice(0, 100)}, which is no file name beside it that ends in .safetensors`,
      );
    }
    fileOf.set(name, file);
  }
  if (fileOf.size === 0) throw invalid('its weight_map is empty');
  return { files: [...new Set(fileOf.values())], fileOf };
}

/**
 * The tensors of all shards together, each checked to be where the index says.
 *
 * @param shards the bytes of each of the index's files
 * @throws {ModelError} SAFETENSORS_INVALID when a tensor is missing or should not be there, naming the
 *   shard and the tensor
 */
export function readShards(index: ShardIndex, shards: ReadonlyMap<string, Uint8Array>): StateDict {
  const state = new Map<string, HostTensor>();
  for (const file of index.files) {
    const bytes = shards.get(file);
    if (bytes === undefined) throw invalid(`shard ${file} was not given`);
    for (const [name, tensor] of tensorsOf(file, bytes)) {
      if (index.fileOf.get(name) !== file) {
        const place = index.fileOf.get(name) ?? 'no shard';
        throw invalid(`${file} has '${name.slice(0, 100)}', which must be in ${place}`);
      }
      state.set(name, tensor);
    }
  }
  for (const [name, file] of index.fileOf) {
    if (!state.has(name)) throw invalid(`${file} lacks '${name.slice(0, 100)}'`);
  }
  return state;
}

function tensorsOf(file: string, bytes: Uint8Array): StateDict {
  try {
    return readSafetensors(bytes).tensors;
  } catch (cause) {
    throw invalid(`${file}: ${(cause as Error).message}`, cause);
  }
}

function invalid(problem: string, cause?: unknown): ModelError {
  return new ModelError('SAFETENSORS_INVALID', `safetensors index: ${problem}`, { cause });
}
