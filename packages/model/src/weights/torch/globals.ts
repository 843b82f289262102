import { dtypeNamed } from '../dtypes.ts';
import { invalid, refused, shown } from './errors.ts';
import { isObject, typeName, type TensorRef, type Value } from './values.ts';

/** torch's own limit is 64 dimensions. */
const mostDimensions = 64;

/**
 * What a pickle may name, each made by code of ours; every other class or function is refused by
 * name, unseen. This is the whole of what a file can make happen.
 *
 * @param budget elements that may be copied in all: each stands in the file once, so no honest
 *   file copies more than it has bytes
 * @throws {ModelError} TORCH_FILE_REFUSED when a name is not among them, with the name
 */
export function globals(budget: number): (module: string, name: string) => Value {
  let left = budget;
  const orderedDict = ([items = []]: readonly Value[]): Value => {
    // Python 3 gives no items, they follow; Python 2 gave a list of pairs.
    if (!Array.isArray(items)) throw invalid(`OrderedDict of ${typeName(items)}`);
    left -= items.length;
    if (left < 0) throw invalid('it copies its lists more often than it has bytes');
    return new Map(
      items.map((pair): [Value, Value] => {
        if (!Array.isArray(pair) || pair.length !== 2) throw invalid('OrderedDict of no pairs');
        return [pair[0]!, pair[1]!];
      }),
    );
  };
  const known: Readonly<Record<string, (args: readonly Value[]) => Value>> = {
    'collections.OrderedDict': orderedDict,
    'torch.Size': ([sizes]) => {
      if (!Array.isArray(sizes)) throw invalid(`torch.Size of ${typeName(sizes)}`);
      return sizes;
    },
    'torch._utils._rebuild_tensor': rebuildTensor,
    'torch._utils._rebuild_tensor_v2': rebuildTensor,
    'torch._utils._rebuild_parameter': ([data]) => {
      if (!isObject(data, 'tensor')) throw invalid(`a parameter of ${typeName(data)}`);
      return data;
    },
  };
  return (module, name) => {
    const dtype = module === 'torch' ? dtypeNamed('torchStorage', name) : undefined;
    if (dtype !== undefined) return { kind: 'storageType', dtype };
    const path = `${module}.${name}`;
    const call = Object.hasOwn(known, path) ? known[path] : undefined;
    if (call !== undefined) return { kind: 'callable', name: path, call };
    throw refused(
      `it holds ${shown(path)}, and only tensors, containers, numbers and strings are read`,
      'Save the state dict alone: torch.save(model.state_dict(), file).',
    );
  };
}

/** (storage, offset, size, stride, and what does not concern the elements) */
function rebuildTensor([storage, offset, shape, strides]: readonly Value[]): TensorRef {
  if (!isObject(storage, 'storage')) throw invalid(`a tensor on ${typeName(storage)}`);
  if (!isSize(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
    throw invalid(
      `a tensor whose offset, sizes and strides are not integers of 0 or more, ${mostDimensions} at most`,
    );
  }
  return { kind: 'tensor', storage, offset, shape, strides };
}

/** Whether a value is an integer from 0 to 2^53 - 1. */
export function isSize(value: Value | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isSizes(value: Value | undefined): value is number[] {
  return Array.isArray(value) && value.length <= mostDimensions && value.every(isSize);
}
