import type { FoundFile } from './sort-files.ts';

/** Of a dropped folder no more are read: a home folder dropped by mistake must not hang the page. */
export const mostFiles = 5000;

/**
 * All files of what was dropped, folders included. To be called while the event is handled: its
 * items are gone afterwards. Past {@link mostFiles} the rest is left.
 */
export async function readDropped(transfer: DataTransfer): Promise<FoundFile[]> {
  const entries = [...transfer.items].flatMap((item) => item.webkitGetAsEntry() ?? []);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: file.name, file }));
  const found: FoundFile[] = [];
  for (const entry of entries) await collect(entry, found);
  return found;
}

/** The files of an `<input type=file>`, with their folders where it chose one. */
export function readChosen(files: Iterable<File>): FoundFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

// Chromium's entries are instances of no class that a page can name.
function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

async function collect(entry: FileSystemEntry, found: FoundFile[]): Promise<void> {
  if (found.length >= mostFiles) return;
  if (isFile(entry)) {
    const file = await new Promise<File | undefined>((resolve) => {
      // What cannot be opened (a dangling link, no permission) is passed over.
      entry.file(resolve, () => resolve(undefined));
    });
    if (file) found.push({ path: entry.fullPath.replace(/^\//, ''), file });
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    for (;;) {
      // Chromium hands out at most a hundred at a time; none left means all were read.
      const batch = await new Promise<FileSystemEntry[]>((resolve) => {
        reader.readEntries(resolve, () => resolve([]));
      });
      if (batch.length === 0) return;
      for (const child of batch) await collect(child, found);
    }
  }
}
