import { formatOf } from './picture-formats.ts';

export interface PictureReport {
  /** What its bytes say against the file: no picture at all, or cut off. */
  readonly problem?: string;
  /** In pixels before any rotation, where the beginning of the file tells. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** Where every header is that matters: of JPEG, after previews and profiles. */
const headBytes = 512 * 2 ** 10;

/** Where ends are marked: cameras and editors may append data of their own after it. */
const tailBytes = 2 ** 20;

/**
 * What a picture file tells before it is decoded. Browsers show the half that they have of a
 * picture that is cut off; half a picture would be classified as if it were whole.
 */
export async function inspectPicture(blob: Blob): Promise<PictureReport> {
  const head = new Uint8Array(await blob.slice(0, headBytes).arrayBuffer());
  const format = formatOf(head);
  if (format === undefined) {
    return {
      problem: 'the file is no picture that browsers know (JPEG, PNG, WebP, GIF, AVIF or BMP)',
    };
  }
  if (format.name === 'TIFF') {
    return { problem: 'browsers do not read TIFF; convert the picture to PNG or JPEG' };
  }
  const view = new DataView(head.buffer);
  const tail = new Uint8Array(await blob.slice(-tailBytes).arrayBuffer());
  try {
    const isWhole =
      format.isWhole?.({ head: view, tail, size: blob.size, tailStart: blob.size - tail.length }) ??
      true;
    if (!isWhole) return { problem: `the ${format.name} file is cut off` };
    const size = format.sizeOf?.(view);
    return size === undefined ? {} : { size: { width: size[0], height: size[1] } };
  } catch (error) {
    // Read past the end of the header.
    if (error instanceof RangeError) return { problem: `the ${format.name} file is cut off` };
    throw error;
  }
}
