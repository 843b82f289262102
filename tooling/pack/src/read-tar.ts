import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

const block = 512;

/**
 * The files of a .tgz by their path below `package/`. Reads what package managers write: ustar,
 * without the extensions for paths over 255 bytes, which are refused.
 */
export function readTar(file: string): ReadonlyMap<string, Buffer> {
  const archive = gunzipSync(readFileSync(file));
  const files = new Map<string, Buffer>();
  for (let at = 0; at + block <= archive.length && archive[at] !== 0;) {
    const field = (start: number, length: number): string => {
      const bytes = archive.subarray(at + start, at + start + length);
      const end = bytes.indexOf(0);
      return bytes.toString('utf8', 0, end < 0 ? length : end);
    };
    const size = Number.parseInt(field(124, 12), 8);
    const type = field(156, 1);
    const prefix = field(345, 155);
    const path = prefix === '' ? field(0, 100) : `${prefix}/${field(0, 100)}`;
    if (type === '0' || type === '') {
      files.set(path.replace(/^package\//, ''), archive.subarray(at + block, at + block + size));
    } else if (type !== '5') {
      throw new Error(`${file}: entry ${path} is of type ${type}, which is not read`);
    }
    at += block + Math.ceil(size / block) * block;
  }
  return files;
}
