/** An 8-bit RGB picture: rows from the top, pixels from the left, no padding between rows. */
export interface Raster {
  readonly width: number;
  readonly height: number;
  /** R, G, B interleaved, 0-255; `width * height * 3` long. */
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** A rectangle of whole pixels. `left` and `top` may be negative where padding is meant. */
export interface Rect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export type ImageErrorCode = 'INVALID_RASTER' | 'INVALID_OPTION';

/** What the functions of this package throw; `code` is stable, the message is for people. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;

  constructor(code: ImageErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** Throws {@link ImageError} unless sizes are positive integers and `data` is as long as they say. */
export function checkRaster(raster: Raster, operation: string): void {
  const { width, height, data } = raster;
  if (!isSize(width) || !isSize(height)) {
    throw new ImageError(
      'INVALID_RASTER',
      `${operation}: a raster's width and height are positive integers, received ${width} x ${height}`,
    );
  }
  if (data.length !== width * height * 3) {
    throw new ImageError(
      'INVALID_RASTER',
      `${operation}: a ${width} x ${height} RGB raster holds ${width * height * 3} bytes, ` +
        `received ${data.length}; convert RGBA or grey pixels to RGB first`,
    );
  }
}

/** Throws {@link ImageError} with `INVALID_OPTION` unless `holds`. */
export function checkOption(
  holds: boolean,
  operation: string,
  expected: string,
  received: unknown,
): void {
  if (!holds) {
    throw new ImageError(
      'INVALID_OPTION',
      `${operation}: ${expected}, received ${JSON.stringify(received)}`,
    );
  }
}

export function isSize(value: number): boolean {
  return Number.isInteger(value) && value > 0;
}

/** Python's `round`: ties go to the even neighbour. Crop offsets of torchvision depend on it. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const fraction = value - floor;
  if (fraction !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}
