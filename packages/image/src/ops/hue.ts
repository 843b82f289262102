import { checkOption, type Raster } from '../raster.ts';

/**
 * torchvision's `adjust_hue` on a PIL image: the hue turned by `factor` of the circle, through
 * Pillow's 8-bit HSV and back (which alone changes most pixels by a level or two).
 *
 * @param factor -0.5 to 0.5
 */
export function adjustHue(raster: Raster, factor: number): Raster {
  checkOption(factor >= -0.5 && factor <= 0.5, 'adjustHue', 'factor is -0.5 to 0.5', factor);
  const shift = Math.trunc(factor * 255) & 255;
  const { data } = raster;
  const output = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i]!;
    const green = data[i + 1]!;
    const blue = data[i + 2]!;
    const value = Math.max(red, green, blue);
    const chroma = value - Math.min(red, green, blue);
    let hue = 0;
    let saturation = 0;
    if (chroma !== 0) {
      hue = hueOf(red, green, blue, value, chroma);
      saturation = Math.trunc(Math.fround(chroma / value) * 255);
    }
    writeRgb(output, i, (hue + shift) & 255, saturation, value);
  }
  return { width: raster.width, height: raster.height, data: output };
}

/** 0-255; single and double precision mixed as Pillow's `rgb2hsv_row` mixes them. */
function hueOf(red: number, green: number, blue: number, value: number, chroma: number): number {
  const r = Math.fround((value - red) / chroma);
  const g = Math.fround((value - green) / chroma);
  const b = Math.fround((value - blue) / chroma);
  let sixth: number;
  if (red === value) sixth = Math.fround(b - g);
  else if (green === value) sixth = Math.fround(2 + r - b);
  else sixth = Math.fround(4 + g - r);
  const turn = Math.fround((sixth / 6 + 1) % 1);
  return Math.min(255, Math.trunc(turn * 255));
}

/** Pillow's `hsv2rgb`. */
function writeRgb(
  output: Uint8Array,
  at: number,
  hue: number,
  saturation: number,
  value: number,
): void {
  if (saturation === 0) {
    output[at] = output[at + 1] = output[at + 2] = value;
    return;
  }
  const position = (hue * 6) / 255;
  const sector = Math.floor(position);
  const f = Math.fround(position - sector);
  const s = Math.fround(saturation / 255);
  const p = Math.round(value * (1 - s));
  const q = Math.round(value * (1 - Math.fround(s * f)));
  const t = Math.round(value * (1 - s * (1 - f)));
  let red = value;
  let green = t;
  let blue = p;
  switch (sector % 6) {
    case 1:
      [red, green, blue] = [q, value, p];
      break;
    case 2:
      [red, green, blue] = [p, value, t];
      break;
    case 3:
      [red, green, blue] = [p, q, value];
      break;
    case 4:
      [red, green, blue] = [t, p, value];
      break;
    case 5:
      [red, green, blue] = [value, p, q];
      break;
    default:
  }
  output[at] = red;
  output[at + 1] = green;
  output[at + 2] = blue;
}
