import { crc32 } from 'node:zlib';

export interface ZipFile {
  readonly path: string;
  readonly content: string | Buffer;
  /** Unix permissions; 0o644 unless given. */
  readonly mode?: number;
}

/** A zip file with stored (uncompressed) entries: PKWARE's APPNOTE 4.3.7, 4.3.12 and 4.3.16. */
export function zip(files: readonly ZipFile[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const { path, content, mode = 0o644 } of files) {
    const name = Buffer.from(path);
    const data = Buffer.from(content);
    const header = Buffer.alloc(26); // what both headers share, from 'version needed' on
    header.writeUInt16LE(20, 0);
    header.writeUInt32LE(crc32(data), 10);
    header.writeUInt32LE(data.length, 14);
    header.writeUInt32LE(data.length, 18);
    header.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(((0o100000 | mode) << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    const madeBy = Buffer.from([20, 3]); // on Unix
    local.push(Buffer.from('PK\u0003\u0004'), header, name, data);
    central.push(Buffer.from('PK\u0001\u0002'), madeBy, header, tail, name);
    offset += 4 + header.length + name.length + data.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\u0005\u0006');
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...local, directory, end]);
}
