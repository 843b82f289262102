import { dtypes, type Dtype } from '../dtypes.ts';
import { invalid, refused, shown } from './errors.ts';
import { globals, isSize } from './globals.ts';
import { readPickle } from './pickle.ts';
import { Reader } from './reader.ts';
import { isObject, typeName, type StorageRef, type Value } from './values.ts';
import { isZip, Zip } from './zip.ts';

/** What was saved, and where the elements of its storages lie. */
export interface Archive {
  readonly root: Value;
  /** The bytes of a storage, as a view of the file, as many as its elements take or more. */
  readonly storage: (ref: StorageRef) => Uint8Array;
}

/** @throws {ModelError} TORCH_FILE_INVALID when it is damaged; TORCH_FILE_REFUSED when it is not read */
export function openArchive(bytes: Uint8Array): Archive {
  return isZip(bytes) ? openZip(bytes) : openLegacy(bytes);
}

/** torch 1.6 and later: `<name>/data.pkl`, and a file `<name>/data/<key>` a storage. */
function openZip(bytes: Uint8Array): Archive {
  const zip = new Zip(bytes);
  const pickleName = [...zip.names].find((name) => /^[^/]*\/data\.pkl$/.test(name));
  if (pickleName === undefined) throw invalid('it is a zip archive without data.pkl: not torch’s');
  const folder = pickleName.slice(0, pickleName.indexOf('/') + 1);
  if (zip.get(`${folder}constants.pkl`) !== undefined) {
    throw refused('it is a TorchScript program; save its state dict instead: model.state_dict()');
  }
  const order = zip.get(`${folder}byteorder`);
  if (order !== undefined && new Reader(order).text(order.length) !== 'little') {
    throw refused('it was written by a big-endian machine');
  }
  const pickle = new Reader(zip.get(pickleName)!);
  const root = readPickle(pickle, {
    global: globals(pickle.length),
    persistent: (id) => storageRef(id),
  });
  return {
    root,
    storage(ref) {
      const data = zip.get(`${folder}data/${ref.key}`);
      if (data === undefined) throw invalid(`storage '${shown(ref.key)}' is missing`);
      return checkSize(ref, data);
    },
  };
}

/** The first two things in a legacy file: a number that says what it is, and its version. */
const legacyMagic = 0x1950a86a20f9469cfc6cn;
const legacyVersion = 1001;

/**
 * Before torch 1.6, and since with `_use_new_zipfile_serialization=False`: pickles one after the
 * other (a magic number, a version, the machine's kind, what was saved, the keys of its storages),
 * then each storage's length and elements.
 */
function openLegacy(bytes: Uint8Array): Archive {
  const reader = new Reader(bytes);
  const sizes = new Map<string, StorageRef>();
  const world = {
    global: globals(bytes.length),
    persistent(id: Value): Value {
      const ref = storageRef(id);
      const before = sizes.get(ref.key);
      if (before !== undefined && (before.dtype !== ref.dtype || before.size !== ref.size)) {
        throw invalid(`storage '${shown(ref.key)}' has two sizes or two dtypes`);
      }
      sizes.set(ref.key, ref);
      return ref;
    },
  };
  if (bytes[0] !== 0x80 || readPickle(reader, world) !== legacyMagic) {
    throw invalid(
      'it begins neither as a zip archive nor with torch’s magic number: not made by torch.save',
    );
  }
  const version = readPickle(reader, world);
  if (version !== legacyVersion) {
    throw refused(`its format is not version ${legacyVersion}, the one that is read`);
  }
  const machine = readPickle(reader, world);
  if (machine instanceof Map && machine.get('little_endian') === false) {
    throw refused('it was written by a big-endian machine');
  }
  const root = readPickle(reader, world);
  const keys = readPickle(reader, world);
  if (!Array.isArray(keys)) throw invalid(`its storages are listed by ${typeName(keys)}`);

  const storages = new Map<string, Uint8Array>();
  for (const key of keys) {
    const ref = typeof key === 'string' ? sizes.get(key) : undefined;
    if (ref === undefined || storages.has(ref.key)) {
      throw invalid('it lists a storage twice, or one that nothing refers to');
    }
    const length = reader.uint64();
    if (length !== ref.size) {
      throw invalid(
        `storage '${shown(ref.key)}' has ${length} elements where ${ref.size} are expected`,
      );
    }
    storages.set(ref.key, reader.bytes(length * dtypes[ref.dtype].itemSize));
  }
  return {
    root,
    storage(ref) {
      const data = storages.get(ref.key);
      if (data === undefined) throw invalid(`storage '${shown(ref.key)}' is missing`);
      return checkSize(ref, data);
    },
  };
}

/** ('storage', type, key, device, number of elements[, (view's key, offset, size)]) */
function storageRef(id: Value): StorageRef {
  if (!Array.isArray(id) || id[0] !== 'storage') throw invalid('it refers to what is no storage');
  const [, type, key, , size, view] = id;
  if (!isObject(type, 'storageType') || typeof key !== 'string' || !isSize(size)) {
    throw invalid(`a storage of ${typeName(type)} with ${typeName(size)} elements`);
  }
  const ref = { kind: 'storage', key, dtype: type.dtype, size } as const;
  if (view === undefined || view === null) return ref;
  const [, offset, count] = Array.isArray(view) ? view : [];
  if (!isSize(offset) || !isSize(count) || offset + count > size) {
    throw invalid(`a view of storage '${shown(key)}' reaches past its end`);
  }
  return { ...ref, view: { offset, size: count } };
}

function checkSize(ref: { key: string; dtype: Dtype; size: number }, data: Uint8Array) {
  const needed = ref.size * dtypes[ref.dtype].itemSize;
  if (needed <= data.length) return data;
  throw invalid(
    `storage '${shown(ref.key)}' of ${ref.size} elements (${ref.dtype}) takes ${needed} bytes, there are ${data.length}`,
  );
}
