/* oxlint-disable typescript/no-unsafe-type-assertion -- values are narrowed by the checks around them */
import { ModelError } from '../../errors.ts';
import { parseJson } from '../../untrusted-json.ts';
import { decodeUtf8 } from '../../utf8.ts';
import { dtypeNamed, dtypes, type Dtype } from '../dtypes.ts';
import { duplicateKey } from './duplicate-key.ts';

/** Where a tensor lies in a file. */
export interface TensorEntry {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
  /** In the data that follow the header. */
  readonly begin: number;
  readonly end: number;
}

/** What the header of a file says, checked. */
export interface Header {
  readonly metadata: ReadonlyMap<string, string>;
  readonly entries: readonly TensorEntry[];
  /** Where the data begin in the file. */
  readonly dataStart: number;
}

/** The format's own limit: more is an attack on memory. */
const largestHeader = 100_000_000;

/** PyTorch's and NumPy's limit. */
const mostDimensions = 64;

/**
 * Reads and checks a safetensors header: 8 bytes of length (little-endian), JSON, then data that
 * the tensors cover without hole or overlap. Whatever a file claims, nothing is allocated beyond
 * what its own bytes justify.
 *
 * @throws {ModelError} SAFETENSORS_INVALID when a part is wrong, saying which, with both sizes
 */
export function readHeader(bytes: Uint8Array): Header {
  if (bytes.length < 8) throw invalid(`a file has 8 bytes or more, received ${bytes.length}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = view.getBigUint64(0, true);
  const available = bytes.length - 8;
  if (claimed > BigInt(Math.min(available, largestHeader))) {
    throw invalid(
      `the header claims ${claimed} bytes, but ${available} follow and ${largestHeader} are the most; the file is cut short or not safetensors`,
    );
  }
  const length = Number(claimed);
  const json = parseObject(bytes.subarray(8, 8 + length));

  const metadata = new Map<string, string>();
  const entries: TensorEntry[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === '__metadata__') {
      for (const [key, text] of Object.entries(asObject(value, name))) {
        if (typeof text !== 'string') throw invalid(`metadata '${short(key)}' is not a string`);
        metadata.set(key, text);
      }
    } else {
      entries.push(parseEntry(name, asObject(value, `tensor '${short(name)}'`)));
    }
  }
  checkCoverage(entries, available - length);
  return { metadata, entries, dataStart: 8 + length };
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let text: string;
  let value: unknown;
  try {
    text = decodeUtf8(bytes);
    value = parseJson(text);
  } catch (cause) {
    throw invalid(
      `the header cannot be read as JSON (${(cause as Error).message.slice(0, 100)})`,
      cause,
    );
  }
  const json = asObject(value, 'the header');
  const twice = duplicateKey(text);
  if (twice !== undefined) throw invalid(`the header has '${short(twice)}' twice`);
  return json;
}

function parseEntry(name: string, fields: Record<string, unknown>): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = fields;
  const where = `tensor '${short(name)}'`;
  const stored = typeof dtype === 'string' ? dtypeNamed('safetensors', dtype) : undefined;
  if (stored === undefined) {
    const known = Object.values(dtypes).map(({ safetensors }) => safetensors);
    throw invalid(
      `${where} has dtype ${short(JSON.stringify(dtype))}; this reads ${known.join(', ')}`,
    );
  }
  if (!isSizes(shape) || shape.length > mostDimensions) {
    const problem = `not a list of sizes, ${mostDimensions} at most`;
    throw invalid(`${where} has shape ${short(JSON.stringify(shape))}, ${problem}`);
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw invalid(`${where} has data_offsets ${short(JSON.stringify(offsets))}, not [begin, end]`);
  }
  const [begin, end] = offsets as [number, number];
  // A product past 2^53 is rounded, but still far from what a file can hold.
  const expected = shape.reduce((size, n) => size * n, dtypes[stored].itemSize);
  if (expected !== end - begin) {
    throw invalid(
      `${where} of shape [${short(shape.join(', '))}] and dtype ${dtypes[stored].safetensors} takes ${expected} bytes, its data_offsets span ${end - begin}`,
    );
  }
  return { name, dtype: stored, shape, begin, end };
}

/** Tensors follow one another from the first byte to the last, as the format demands. */
function checkCoverage(entries: readonly TensorEntry[], dataLength: number): void {
  let position = 0;
  const inOrder = [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end);
  for (const { name, begin, end } of inOrder) {
    if (begin !== position) {
      const problem = begin < position ? 'overlaps the one before it' : 'leaves a hole before it';
      throw invalid(
        `tensor '${short(name)}' begins at byte ${begin} of the data and ${problem}, which ends at ${position}`,
      );
    }
    position = end;
  }
  if (position !== dataLength) {
    throw invalid(
      `the tensors take ${position} bytes, ${dataLength} follow the header; the file is cut short or has other data`,
    );
  }
}

function isSizes(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

function asObject(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`${where} is not a JSON object`);
  }
  return value as Record<string, unknown>;
}

/** Names in a message come from the file: they may be long. */
function short(text: string | undefined): string {
  return text === undefined ? 'nothing' : text.length > 100 ? `${text.slice(0, 100)}...` : text;
}

function invalid(problem: string, cause?: unknown): ModelError {
  return new ModelError('SAFETENSORS_INVALID', `safetensors: ${problem}`, { cause });
}
