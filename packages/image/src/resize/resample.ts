import type { Raster, Rect } from '../raster.ts';
import { coefficients, type Coefficients } from './coefficients.ts';
import type { Interpolation } from './filters.ts';
import { resampleColumns, resampleRows } from './passes.ts';

/** A span of the input in pixels, fractions allowed: [left, top, right, bottom]. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

export interface Resampling {
  /** The part of the source that counts as the image: as if cropped first. */
  readonly view: Rect;
  /** The span of the view to resize; all of it unless given. Pixels beside it still count. */
  readonly box?: Box | undefined;
  /** Size of the whole result. */
  readonly width: number;
  readonly height: number;
  /** The part of the result to compute: as if cropped afterwards. */
  readonly window: Rect;
  readonly interpolation: Interpolation;
}

/**
 * Crop, resize, crop in one: gives the pixels that the three steps would give, but computes no
 * row or column that the last crop would throw away. Arguments are trusted.
 */
export function resample(source: Raster, request: Resampling): Raster {
  const { view, width, height, window, interpolation } = request;
  // Pillow holds the box in single precision.
  const left = Math.fround(request.box?.[0] ?? 0);
  const top = Math.fround(request.box?.[1] ?? 0);
  const right = Math.fround(request.box?.[2] ?? view.width);
  const bottom = Math.fround(request.box?.[3] ?? view.height);
  const horizontal = width !== view.width || left !== 0 || right !== width;
  const vertical = height !== view.height || top !== 0 || bottom !== height;
  if (!horizontal && !vertical) return copyWindow(source, view, window);
  if (interpolation === 'nearest')
    return nearest(source, view, [left, top, right, bottom], request);

  const size = { width: window.width, height: window.height };
  const stride = source.width * 3;
  if (!vertical) {
    const axis = coefficients(view.width, left, right, width, interpolation);
    const rows = view.top + window.top;
    return {
      ...size,
      data: resampleRows(source, view.left, rows, window.height, axis, window.left, window.width),
    };
  }
  const down = coefficients(view.height, top, bottom, height, interpolation);
  if (!horizontal) {
    const rows = span(down, window.top, window.height);
    const offset = (view.top + rows.first) * stride + (view.left + window.left) * 3;
    return { ...size, data: columns(source.data, offset, stride, window.width, down, rows.first) };
  }
  const across = coefficients(view.width, left, right, width, interpolation);

  if (verticalFirst(view, width, height)) {
    const needed = span(across, window.left, window.width);
    const rows = span(down, window.top, window.height);
    const offset = (view.top + rows.first) * stride + (view.left + needed.first) * 3;
    const data = columns(source.data, offset, stride, needed.count, down, rows.first);
    const between = { width: needed.count, height: window.height, data };
    return {
      ...size,
      data: resampleRows(
        between,
        -needed.first,
        0,
        window.height,
        across,
        window.left,
        window.width,
      ),
    };
  }
  const rows = span(down, window.top, window.height);
  const between = resampleRows(
    source,
    view.left,
    view.top + rows.first,
    rows.count,
    across,
    window.left,
    window.width,
  );
  return { ...size, data: columns(between, 0, window.width * 3, window.width, down, rows.first) };

  function columns(
    data: Uint8Array | Uint8ClampedArray,
    offset: number,
    stride: number,
    pixels: number,
    axis: Coefficients,
    origin: number,
  ): Uint8Array {
    const { top, height } = window;
    return resampleColumns(data, offset, stride, pixels * 3, axis, origin, top, height);
  }
}

/**
 * Which pass runs first shows in the rounding between them, by a level or two. Since version 13
 * Pillow shrinks the height first where that saves the more work; earlier versions always began
 * with the width.
 */
function verticalFirst(view: Rect, width: number, height: number): boolean {
  const shrunk = view.height - height;
  return shrunk > 0 && shrunk > 2 * (view.width - width);
}

/** The input pixels that `count` outputs from `first` on draw from. */
function span(axis: Coefficients, first: number, count: number): { first: number; count: number } {
  const last = first + count - 1;
  const from = axis.start[first]!;
  return { first: from, count: axis.start[last]! + axis.count[last]! - from };
}

function copyWindow(source: Raster, view: Rect, window: Rect): Raster {
  const length = window.width * 3;
  const data = new Uint8Array(length * window.height);
  for (let y = 0; y < window.height; y++) {
    const from = ((view.top + window.top + y) * source.width + view.left + window.left) * 3;
    data.set(source.data.subarray(from, from + length), y * length);
  }
  return { width: window.width, height: window.height, data };
}

/** Pillow's `ImagingScaleAffine`: positions are summed up step by step, and so are they here. */
function nearest(source: Raster, view: Rect, box: Box, request: Resampling): Raster {
  const { window } = request;
  const columns = positions(box[0], box[2], view.width, request.width);
  const rows = positions(box[1], box[3], view.height, request.height);
  const output = new Uint8Array(window.width * window.height * 3);
  let to = 0;
  for (let y = 0; y < window.height; y++) {
    const row = ((view.top + rows[window.top + y]!) * source.width + view.left) * 3;
    for (let x = 0; x < window.width; x++) {
      const from = row + columns[window.left + x]! * 3;
      output[to] = source.data[from]!;
      output[to + 1] = source.data[from + 1]!;
      output[to + 2] = source.data[from + 2]!;
      to += 3;
    }
  }
  return { width: window.width, height: window.height, data: output };
}

function positions(from: number, to: number, inputSize: number, outputSize: number): Int32Array {
  const step = Math.fround(to - from) / outputSize;
  const result = new Int32Array(outputSize);
  let position = from + step * 0.5;
  for (let i = 0; i < outputSize; i++) {
    result[i] = Math.min(Math.trunc(position), inputSize - 1);
    position += step;
  }
  return result;
}
