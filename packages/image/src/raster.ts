/** An 8-bit RGB image: rows from the top, pixels from the left, no padding between rows. */
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

/** What was malformed: the pixels of a raster, or an option. */
export type ImageErrorCode = 'RASTER_INVALID' | 'OPTION_INVALID';

/** Input or options that are malformed. `code` is stable; `hint` says what to do. */
export class ImageError extends Error {
  override readonly name = 'ImageError';
  readonly code: ImageErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: ImageErrorCode,
    message: string,
    options: { readonly hint?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}

/** Throws {@link ImageError} unless sizes are positive integers and `data` is as long as they say. */
export function checkRaster(raster: Raster, operation: string): void {
  const { width, height, data } = raster;
  if (!isSize(width) || !isSize(height)) {
    throw new ImageError(
      'RASTER_INVALID',
      `${operation}: a raster's width and height are positive integers, received ${width} x ${height}`,
    );
  }
  if (data.length !== width * height * 3) {
    throw new ImageError(
      'RASTER_INVALID',
      `${operation}: a ${width} x ${height} RGB raster holds ${width * height * 3} bytes, ` +
        `received ${data.length}; convert RGBA or grey pixels to RGB first`,
    );
  }
}

/** Throws {@link ImageError} with `OPTION_INVALID` unless `holds`. */
export function checkOption(
  holds: boolean,
  operation: string,
  expected: string,
  received: unknown,
): void {
  if (!holds) {
    throw new ImageError(
      'OPTION_INVALID',
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
