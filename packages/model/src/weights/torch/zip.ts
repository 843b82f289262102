import { invalid, refused, shown } from './errors.ts';
import { Reader } from './reader.ts';

const signature = {
  localHeader: 0x04034b50,
  entry: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  end64Locator: 0x07064b50,
} as const;

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly encrypted: boolean;
  readonly size: number;
  readonly headerAt: number;
}

/**
 * The files of a zip archive, as views of its bytes. torch stores its entries uncompressed, so a
 * weight need not be copied, let alone inflated. Hence no library: those that we know copy each entry
 * and trust the sizes that a file announces. Checksums are not compared, as torch may be told not to
 * write them.
 *
 * Format: PKWARE's APPNOTE.TXT, 4.3 and 4.5.3 (zip64, which torch always writes).
 *
 * @throws {ModelError} TORCH_FILE_INVALID when it is damaged; TORCH_FILE_REFUSED when a file that is
 *   asked for is compressed or encrypted
 */
export class Zip {
  readonly #bytes: Uint8Array;
  readonly #entries = new Map<string, Entry>();
  /** Where the directory begins, and so what files hold ends. */
  readonly #directoryAt: number;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    const { count, at, size } = findDirectory(bytes);
    if (!(at + size <= bytes.length && count * 46 <= size)) {
      throw invalid(
        `its directory of ${count} entries claims bytes ${at} to ${at + size} of ${bytes.length}; the file is cut short or lies`,
      );
    }
    this.#directoryAt = at;
    const directory = new Reader(bytes.subarray(at, at + size));
    for (let i = 0; i < count; i++) {
      const entry = readEntry(directory);
      if (this.#entries.has(entry.name)) throw invalid(`it has '${shown(entry.name)}' twice`);
      this.#entries.set(entry.name, entry);
    }
  }

  get names(): Iterable<string> {
    return this.#entries.keys();
  }

  /** What a file holds, as a view; undefined where there is none of that name. */
  get(name: string): Uint8Array | undefined {
    const entry = this.#entries.get(name);
    if (entry === undefined) return undefined;
    const where = `'${shown(name)}'`;
    if (entry.encrypted) throw refused(`${where} is encrypted`);
    if (entry.method !== 0) {
      throw refused(`${where} is compressed; torch stores its files: save them by torch.save`);
    }
    const reader = new Reader(this.#bytes.subarray(0, this.#directoryAt));
    if (entry.headerAt > reader.length) throw invalid(`${where} begins past the end of the files`);
    reader.position = entry.headerAt;
    if (reader.uint32() !== signature.localHeader) throw invalid(`${where} has no header`);
    reader.bytes(22);
    const nameAndExtra = reader.uint16() + reader.uint16();
    reader.bytes(nameAndExtra);
    return reader.bytes(entry.size);
  }
}

/** Whether bytes begin as a zip archive does. */
export function isZip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
}

/** The end record is the last thing in the file but for a comment of up to 65,535 bytes. */
function findDirectory(bytes: Uint8Array): { count: number; at: number; size: number } {
  const first = Math.max(0, bytes.length - 22 - 0xffff);
  for (let at = bytes.length - 22; at >= first; at--) {
    if (bytes[at] !== 0x50 || bytes[at + 1] !== 0x4b) continue;
    const reader = new Reader(bytes);
    reader.position = at;
    if (reader.uint32() !== signature.end) continue;
    reader.bytes(6);
    const count = reader.uint16();
    const size = reader.uint32();
    const start = reader.uint32();
    if (reader.uint16() !== bytes.length - reader.position) continue;
    const is64 = count === 0xffff || size === 0xffffffff || start === 0xffffffff;
    return is64 ? findDirectory64(bytes, at) : { count, at: start, size };
  }
  throw invalid('it begins as a zip archive and has no directory at its end; it is cut short');
}

function findDirectory64(
  bytes: Uint8Array,
  endAt: number,
): { count: number; at: number; size: number } {
  const locator = new Reader(bytes.subarray(0, endAt));
  locator.position = Math.max(0, endAt - 20);
  if (locator.uint32() !== signature.end64Locator) throw invalid('its zip64 record is missing');
  locator.uint32();
  const recordAt = locator.uint64();
  if (recordAt > endAt) throw invalid('its zip64 record begins past the end of the file');
  const record = new Reader(bytes.subarray(0, endAt));
  record.position = recordAt;
  if (record.uint32() !== signature.end64) throw invalid('its zip64 record is damaged');
  record.bytes(28);
  const count = record.uint64();
  const size = record.uint64();
  return { count, size, at: record.uint64() };
}

function readEntry(directory: Reader): Entry {
  if (directory.uint32() !== signature.entry) throw invalid('its directory is damaged');
  directory.bytes(4);
  const flags = directory.uint16();
  const method = directory.uint16();
  directory.bytes(8);
  const packedSize = directory.uint32();
  const fullSize = directory.uint32();
  const nameLength = directory.uint16();
  const extraLength = directory.uint16();
  const commentLength = directory.uint16();
  directory.bytes(8);
  const headerAt = directory.uint32();
  const name = directory.text(nameLength);
  const extra = new Reader(directory.bytes(extraLength));
  directory.bytes(commentLength);
  const entry = { name, method, encrypted: (flags & 1) === 1, size: fullSize, headerAt };
  return [packedSize, fullSize, headerAt].includes(0xffffffff)
    ? { ...entry, ...readZip64Extra(extra, { packedSize, fullSize, headerAt }) }
    : entry;
}

/** Only those fields that did not fit are there, in this order. */
function readZip64Extra(
  extra: Reader,
  fields: { packedSize: number; fullSize: number; headerAt: number },
): { size: number; headerAt: number } {
  while (extra.position < extra.length) {
    const id = extra.uint16();
    const field = new Reader(extra.bytes(extra.uint16()));
    if (id !== 1) continue;
    const wide = (value: number): number => (value === 0xffffffff ? field.uint64() : value);
    const size = wide(fields.fullSize);
    wide(fields.packedSize);
    return { size, headerAt: wide(fields.headerAt) };
  }
  throw invalid('an entry of its directory lacks its zip64 sizes');
}
