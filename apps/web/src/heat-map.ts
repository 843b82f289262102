import type { ActivationMap } from './types.ts';

/** Stops of the ramp, dark to bright (matplotlib's inferno); the legend in workspace.css has them too. */
const stops: readonly (readonly [number, number, number])[] = [
  [36, 12, 79],
  [114, 26, 110],
  [188, 55, 84],
  [237, 105, 37],
  [252, 181, 25],
  [252, 255, 164],
];

/** Pixels of the painted map's longer side. */
const side = 128;

/** RGBA of a share 0..1: what counts little is see-through, so that the picture stays visible. */
export function heat(share: number): readonly [number, number, number, number] {
  const value = Math.min(1, Math.max(0, share));
  const position = value * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(position));
  const part = position - low;
  const mix = (channel: 0 | 1 | 2): number => {
    const from = stops[low]?.[channel] ?? 0;
    const to = stops[low + 1]?.[channel] ?? 0;
    return Math.round(from + (to - from) * part);
  };
  const ease = Math.min(1, Math.max(0, (value - 0.15) / 0.7));
  return [mix(0), mix(1), mix(2), Math.round(255 * 0.82 * ease * ease * (3 - 2 * ease))];
}

/**
 * A map of a few cells, enlarged to width x height by Catmull-Rom interpolation: passes through
 * every cell's value at its centre, without the creases of a bilinear enlargement. In 0..1.
 */
export function enlarge(map: ActivationMap, width: number, height: number): Float32Array {
  const columns = taps(map.width, width);
  const rows = taps(map.height, height);
  const out = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let i = 0; i < 4; i += 1) {
        const row = rows.index[4 * y + i] ?? 0;
        let line = 0;
        for (let j = 0; j < 4; j += 1) {
          const value = map.values[row * map.width + (columns.index[4 * x + j] ?? 0)] ?? 0;
          line += (columns.weight[4 * x + j] ?? 0) * value;
        }
        sum += (rows.weight[4 * y + i] ?? 0) * line;
      }
      out[y * width + x] = Math.min(1, Math.max(0, sum));
    }
  }
  return out;
}

/** For every output, the four inputs around it (clamped at the edges) and their weights. */
function taps(from: number, to: number): { index: Int32Array; weight: Float32Array } {
  const index = new Int32Array(4 * to);
  const weight = new Float32Array(4 * to);
  for (let i = 0; i < to; i += 1) {
    const centre = ((i + 0.5) * from) / to - 0.5;
    const base = Math.floor(centre);
    const t = centre - base;
    const w = [
      ((2 - t) * t - 1) * t,
      (3 * t - 5) * t * t + 2,
      ((4 - 3 * t) * t + 1) * t,
      (t - 1) * t * t,
    ];
    for (const [k, value] of w.entries()) {
      index[4 * i + k] = Math.min(from - 1, Math.max(0, base - 1 + k));
      weight[4 * i + k] = value / 2;
    }
  }
  return { index, weight };
}

/** Lays an element over the part of a picture that a map is of, whatever size the picture is shown in. */
export function placeHeatMap(
  { style }: HTMLElement,
  { box }: ActivationMap,
  picture: { readonly width: number; readonly height: number },
): void {
  style.left = `${(100 * box.x) / picture.width}%`;
  style.top = `${(100 * box.y) / picture.height}%`;
  style.width = `${(100 * box.width) / picture.width}%`;
  style.height = `${(100 * box.height) / picture.height}%`;
}

/** Paints a map; the canvas is then stretched over the map's box: {@link placeHeatMap}. */
export function paintHeatMap(canvas: HTMLCanvasElement, map: ActivationMap): void {
  const scale = side / Math.max(map.width, map.height);
  const width = Math.max(1, Math.round(map.width * scale));
  const height = Math.max(1, Math.round(map.height * scale));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(width, height);
  for (const [i, value] of enlarge(map, width, height).entries())
    image.data.set(heat(value), 4 * i);
  context.putImageData(image, 0, 0);
}
