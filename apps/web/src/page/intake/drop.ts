import { byId } from '../lib/dom.ts';
import { readDropped } from './read-entries.ts';
import type { FoundFile } from './sort-files.ts';

/** Takes files that are dropped anywhere on the page, and pasted ones. */
export function takeDropsAndPastes(take: (files: readonly FoundFile[]) => void): void {
  const veil = byId('veil');
  const modelDrop = byId('model-drop');
  let depth = 0;
  const show = (over: boolean): void => {
    veil.hidden = !over;
    modelDrop.classList.toggle('over', over);
  };

  document.addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    depth += 1;
    show(true);
  });
  document.addEventListener('dragover', (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
  });
  document.addEventListener('dragleave', (event) => {
    if (!hasFiles(event)) return;
    depth = Math.max(0, depth - 1);
    if (depth === 0) show(false);
  });
  document.addEventListener('drop', (event) => {
    depth = 0;
    show(false);
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    void readDropped(event.dataTransfer).then(take);
  });
  document.addEventListener('paste', (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    take(files.map((file) => ({ path: file.name || 'pasted picture', file })));
  });
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') ?? false;
}
