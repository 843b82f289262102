import { KernelError } from './errors.ts';

/** How a square filter moves over an image. Padding is symmetric and explicit, as in torch. */
export interface ConvGeometry {
  readonly stride: number;
  readonly padding: number;
  readonly dilation: number;
  readonly groups: number;
}

/** How a square window moves over an image. */
export interface PoolGeometry {
  readonly kernelSize: number;
  readonly stride: number;
  readonly padding: number;
}

/** That, and which pixels an average counts. */
export interface AveragePoolGeometry extends PoolGeometry {
  /** Keep a last window that hangs over the edge (torch's `ceil_mode`). */
  readonly ceilMode: boolean;
  /** Let padded zeros count in the divisor (torch's `count_include_pad`). */
  readonly countIncludePad: boolean;
}

/** Of an image `[N, H, W, C]` or a filter `[kh, kw, Ci / groups, Co]`. */
export type Shape4D = readonly [number, number, number, number];

interface ShapeOfRank {
  2: readonly [number, number];
  4: Shape4D;
}

/** How many positions a filter of `size` taps, `dilation` apart, takes on a padded edge. */
export function convOutputSize(
  input: number,
  size: number,
  { stride, padding, dilation }: Pick<ConvGeometry, 'stride' | 'padding' | 'dilation'>,
): number {
  return Math.floor((input + 2 * padding - dilation * (size - 1) - 1) / stride) + 1;
}

/** `[N, Ho, Wo, Co]` of a convolution of `[N, H, W, Ci]` with `[kh, kw, Ci / groups, Co]`. */
export function convOutputShape(x: Shape4D, filter: Shape4D, geometry: ConvGeometry): Shape4D {
  return [
    x[0],
    convOutputSize(x[1], filter[0], geometry),
    convOutputSize(x[2], filter[1], geometry),
    filter[3],
  ];
}

/** The output edge of a pool; with `ceilMode` the last window starts inside the (left-padded) input. */
export function poolOutputSize(
  input: number,
  { kernelSize, stride, padding, ceilMode = false }: PoolGeometry & { readonly ceilMode?: boolean },
): number {
  const span = (input + 2 * padding - kernelSize) / stride;
  if (!ceilMode) return Math.floor(span) + 1;
  const size = Math.ceil(span) + 1;
  return (size - 1) * stride >= input + padding ? size - 1 : size;
}

/** @throws {KernelError} unless `value` is a whole number of at least `least`. */
export function checkInteger(operation: string, name: string, value: number, least: number): void {
  if (!Number.isInteger(value) || value < least) {
    throw new KernelError(
      'OPTION_INVALID',
      `${operation}: expected ${name} to be an integer >= ${least}, received ${value}`,
    );
  }
}

/** @throws {KernelError} unless the filter fits the image and the groups divide the channels. */
export function checkConv(
  operation: string,
  x: readonly number[],
  filter: readonly number[],
  geometry: ConvGeometry,
): void {
  checkInteger(operation, 'stride', geometry.stride, 1);
  checkInteger(operation, 'padding', geometry.padding, 0);
  checkInteger(operation, 'dilation', geometry.dilation, 1);
  checkInteger(operation, 'groups', geometry.groups, 1);
  checkRank(operation, 'x', x, 4);
  checkRank(operation, 'filter', filter, 4);
  const [, height, width, channels] = x;
  const [kh, kw, inChannels, outChannels] = filter;
  if (channels !== inChannels * geometry.groups || outChannels % geometry.groups !== 0) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      `${operation}: expected a filter [kh, kw, ${channels} / groups, a multiple of groups] for x [${x.join(', ')}] ` +
        `and groups ${geometry.groups}, received [${filter.join(', ')}]`,
    );
  }
  if (convOutputSize(height, kh, geometry) < 1 || convOutputSize(width, kw, geometry) < 1) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      `${operation}: expected an image of at least the filter's size, received x [${x.join(', ')}] and filter ` +
        `[${filter.join(', ')}] with padding ${geometry.padding}, dilation ${geometry.dilation}`,
    );
  }
}

/** @throws {KernelError} unless a window fits the image and its padding is at most half of it, as torch asks. */
export function checkPool(
  operation: string,
  x: readonly number[],
  geometry: PoolGeometry & { readonly ceilMode?: boolean },
): void {
  checkRank(operation, 'x', x, 4);
  checkInteger(operation, 'kernelSize', geometry.kernelSize, 1);
  checkInteger(operation, 'stride', geometry.stride, 1);
  checkInteger(operation, 'padding', geometry.padding, 0);
  if (geometry.padding * 2 > geometry.kernelSize) {
    throw new KernelError(
      'OPTION_INVALID',
      `${operation}: expected padding of at most half of kernelSize ${geometry.kernelSize}, received ${geometry.padding}`,
    );
  }
  const [, height, width] = x;
  if (poolOutputSize(height, geometry) < 1 || poolOutputSize(width, geometry) < 1) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      `${operation}: expected an image of at least ${geometry.kernelSize} pixels with padding ${geometry.padding}, ` +
        `received x [${x.join(', ')}]`,
    );
  }
}

/** @throws {KernelError} unless `shape` has `rank` dimensions. */
export function checkRank<R extends keyof ShapeOfRank>(
  operation: string,
  name: string,
  shape: readonly number[],
  rank: R,
): asserts shape is ShapeOfRank[R] {
  if (shape.length !== rank) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      `${operation}: expected ${name} of rank ${rank}, received [${shape.join(', ')}]`,
    );
  }
}

/** @throws {KernelError} unless both shapes are the same. */
export function checkShape(
  operation: string,
  name: string,
  received: readonly number[],
  expected: readonly number[],
): void {
  if (received.length !== expected.length || received.some((size, i) => size !== expected[i])) {
    throw new KernelError(
      'SHAPE_MISMATCH',
      `${operation}: expected ${name} [${expected.join(', ')}], received [${received.join(', ')}]`,
    );
  }
}
