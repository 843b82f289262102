import type { HostTensor, StateDict } from '../state-dict.ts';
import { openArchive } from './archive.ts';
import { invalid, refused, shown } from './errors.ts';
import { TensorLoader } from './load-tensor.ts';
import { isObject, typeName, type TensorRef, type Value } from './values.ts';

/**
 * Where training scripts put the state dict among other things, best first: averaged weights are
 * those that were evaluated, as timm's `load_state_dict` takes them.
 */
const wrappers = [
  'state_dict_ema',
  'model_ema',
  'state_dict',
  'model',
  'model_state_dict',
  'net',
] as const;

/** Options of {@link readTorch}. */
export interface ReadTorchOptions {
  /** The entry that holds the state dict, where the usual order of preference is not wanted. */
  readonly key?: string;
}

/** What a file of torch's holds. */
export interface TorchFile {
  /** In the file's order, names as they are there (see `stripPrefix`). */
  readonly tensors: StateDict;
  /** The entry that the state dict was found in; undefined where it is the whole file. */
  readonly key: string | undefined;
}

/**
 * The state dict of a file that `torch.save` wrote, in its zip form or the one before torch 1.6.
 * Nothing in the file is executed or trusted: a pickle may name tensors, storages and ordered
 * dicts, and anything else is refused by name. Floats come as float32 (float64 rounded, the
 * narrower ones exactly), integers and booleans as int64. Data may share memory with `bytes`.
 *
 * @throws {ModelError} TORCH_FILE_INVALID when it is damaged, saying where; TORCH_FILE_REFUSED when it
 *   names a class that is not read, or holds no state dict
 */
export function readTorch(bytes: Uint8Array, { key }: ReadTorchOptions = {}): TorchFile {
  const { root, storage } = openArchive(bytes);
  const found = findState(root, key);
  const loader = new TensorLoader(storage, bytes.length);
  const tensors = new Map<string, HostTensor>();
  for (const [name, ref] of found.refs) tensors.set(name, loader.tensor(name, ref));
  return { tensors, key: found.key };
}

interface Found {
  readonly refs: ReadonlyMap<string, TensorRef>;
  readonly key: string | undefined;
}

function findState(root: Value, key: string | undefined): Found {
  if (!(root instanceof Map)) {
    throw refused(
      `it holds ${typeName(root)} where a state dict is expected`,
      'Save the state dict: torch.save(model.state_dict(), file).',
    );
  }
  if (key !== undefined) {
    const refs = tensorsOf(root.get(key));
    if (refs.size > 0) return { refs, key };
    throw invalid(`it has no state dict in '${shown(key)}'; its entries are ${entries(root)}`);
  }
  for (const wrapper of wrappers) {
    const refs = tensorsOf(root.get(wrapper));
    if (refs.size > 0) return { refs, key: wrapper };
  }
  const refs = tensorsOf(root);
  if (refs.size > 0) return { refs, key: undefined };
  throw refused(
    `it holds no state dict; its entries are ${entries(root)}, and a state dict is looked for in ${wrappers.join(', ')}`,
  );
}

/** The tensors of a dict by their names; what else a checkpoint keeps beside them is left out. */
function tensorsOf(value: Value | undefined): Map<string, TensorRef> {
  const refs = new Map<string, TensorRef>();
  if (!(value instanceof Map)) return refs;
  for (const [name, item] of value) {
    if (typeof name === 'string' && isObject(item, 'tensor')) refs.set(name, item);
  }
  return refs;
}

function entries(root: ReadonlyMap<Value, Value>): string {
  const names = [...root.keys()].filter((name) => typeof name === 'string').map(shown);
  const listed = names.slice(0, 10).join(', ');
  return names.length > 10 ? `${listed} and ${names.length - 10} more` : listed || 'none';
}
