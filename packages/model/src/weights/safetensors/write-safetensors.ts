import { ModelError } from '../../errors.ts';
import { encodeUtf8 } from '../../utf8.ts';
import { dtypes, type Dtype } from '../dtypes.ts';
import { float32ToBfloat16, float32ToFloat16 } from '../half-precision.ts';
import { sizeOf } from '../parameter-spec.ts';
import type { HostTensor, StateDict } from '../state-dict.ts';

/** Options of {@link writeSafetensors}. */
export interface WriteSafetensorsOptions {
  /** Goes to `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What float32 tensors are written as, rounded to nearest; int64 stays int64. Default 'float32'. */
  readonly dtype?: 'float32' | 'float16' | 'bfloat16';
}

/**
 * A safetensors file, byte for byte as the reference implementation writes it: tensors by falling
 * element size and then by name, the header padded to 8 bytes so that the data are aligned.
 *
 * @throws {ModelError} SAFETENSORS_INVALID when a tensor's shape and data disagree
 */
export function writeSafetensors(
  state: StateDict,
  { metadata = {}, dtype = 'float32' }: WriteSafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  const entries = [...state].map(([name, tensor]) => {
    if (sizeOf(tensor.shape) !== tensor.data.length || name === '__metadata__') {
      throw new ModelError(
        'SAFETENSORS_INVALID',
        `writeSafetensors: '${name}' of shape [${tensor.shape.join(', ')}] has ${tensor.data.length} elements, or a name that the format keeps for itself`,
      );
    }
    return { name, tensor, stored: dtypes[tensor.dtype === 'int64' ? 'int64' : dtype] };
  });
  entries.sort((a, b) => b.stored.itemSize - a.stored.itemSize || compare(a.name, b.name));

  const sortedMetadata = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  const fields: string[] = [];
  if (sortedMetadata.length > 0) {
    fields.push(`"__metadata__":${JSON.stringify(Object.fromEntries(sortedMetadata))}`);
  }
  let position = 0;
  for (const { name, tensor, stored } of entries) {
    const end = position + tensor.data.length * stored.itemSize;
    const entry = { dtype: stored.safetensors, shape: tensor.shape, data_offsets: [position, end] };
    fields.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
    position = end;
  }
  const json = encodeUtf8(`{${fields.join(',')}}`);
  const headerLength = Math.ceil(json.length / 8) * 8;

  const file = new Uint8Array(8 + headerLength + position);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.fill(0x20, 8, 8 + headerLength);
  file.set(json, 8);
  let offset = 8 + headerLength;
  for (const { tensor } of entries) {
    const data = encode(tensor, dtype);
    file.set(data, offset);
    offset += data.length;
  }
  return file;
}

function encode(tensor: HostTensor, dtype: Dtype): Uint8Array {
  let data: Float32Array | BigInt64Array | Uint16Array = tensor.data;
  if (tensor.dtype === 'float32' && dtype === 'float16') data = float32ToFloat16(tensor.data);
  if (tensor.dtype === 'float32' && dtype === 'bfloat16') data = float32ToBfloat16(tensor.data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** By code point, as Rust compares its strings (they rarely differ from UTF-16's order). */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
