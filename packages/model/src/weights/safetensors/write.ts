import { ModelError } from '../../errors.ts';
import type { HostTensor, StateDict } from '../state-dict.ts';
import { sizeOf } from '../parameter-spec.ts';
import { float32ToBfloat16, float32ToFloat16 } from '../half-precision.ts';
import { itemSize, type FileDtype } from './header.ts';
import { encodeUtf8 } from '../../utf8.ts';

export interface WriteOptions {
  /** Goes to `__metadata__`. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** What float32 tensors are written as, rounded to nearest; int64 stays int64. */
  readonly dtype?: 'float32' | 'float16' | 'bfloat16';
}

const fileDtype = { float32: 'F32', float16: 'F16', bfloat16: 'BF16' } as const;

/**
 * A safetensors file, byte for byte as the reference implementation writes it: tensors by falling
 * element size and then by name, the header padded to 8 bytes so that the data are aligned.
 *
 * @throws ModelError SAFETENSORS_INVALID where a tensor's shape and data disagree
 */
export function writeSafetensors(
  state: StateDict,
  { metadata = {}, dtype = 'float32' }: WriteOptions = {},
): Uint8Array<ArrayBuffer> {
  const entries = [...state].map(([name, tensor]) => {
    if (sizeOf(tensor.shape) !== tensor.data.length || name === '__metadata__') {
      throw new ModelError(
        'SAFETENSORS_INVALID',
        `writeSafetensors: '${name}' of shape [${tensor.shape.join(', ')}] has ${tensor.data.length} elements, or a name that the format keeps for itself`,
      );
    }
    const as: FileDtype = tensor.dtype === 'int64' ? 'I64' : fileDtype[dtype];
    return { name, tensor, dtype: as };
  });
  entries.sort((a, b) => itemSize[b.dtype] - itemSize[a.dtype] || compare(a.name, b.name));

  const sortedMetadata = Object.entries(metadata).sort(([a], [b]) => compare(a, b));
  const fields: string[] = [];
  if (sortedMetadata.length > 0) {
    fields.push(`"__metadata__":${JSON.stringify(Object.fromEntries(sortedMetadata))}`);
  }
  let position = 0;
  for (const { name, tensor, dtype } of entries) {
    const end = position + tensor.data.length * itemSize[dtype];
    const entry = { dtype, shape: tensor.shape, data_offsets: [position, end] };
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
  for (const { tensor, dtype } of entries) {
    const data = encode(tensor, dtype);
    file.set(data, offset);
    offset += data.length;
  }
  return file;
}

function encode(tensor: HostTensor, dtype: FileDtype): Uint8Array {
  let data: Float32Array | BigInt64Array | Uint16Array = tensor.data;
  if (tensor.dtype === 'float32' && dtype === 'F16') data = float32ToFloat16(tensor.data);
  if (tensor.dtype === 'float32' && dtype === 'BF16') data = float32ToBfloat16(tensor.data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** By code point, as Rust compares its strings (they rarely differ from UTF-16's order). */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
