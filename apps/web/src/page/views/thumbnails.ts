/** Files below this are shown as they are: decoding them costs little. */
const small = 150_000;
/** Pixels of a thumbnail's width: twice a card's, for sharp screens. */
const width = 400;

let queue: Promise<unknown> = Promise.resolve();

/**
 * The URL of a small copy of a picture, for a grid of many photographs; or undefined where the
 * browser cannot decode it. Made one at a time, off the main thread. The caller revokes it.
 */
export function thumbnail(blob: Blob): Promise<string | undefined> {
  const made = queue.then(() => (blob.size < small ? URL.createObjectURL(blob) : shrink(blob)));
  queue = made;
  return made;
}

async function shrink(blob: Blob): Promise<string | undefined> {
  try {
    const bitmap = await createImageBitmap(blob, { resizeWidth: width, resizeQuality: 'medium' });
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('bitmaprenderer')?.transferFromImageBitmap(bitmap);
    return URL.createObjectURL(await canvas.convertToBlob({ type: 'image/webp', quality: 0.8 }));
  } catch {
    return undefined;
  }
}
