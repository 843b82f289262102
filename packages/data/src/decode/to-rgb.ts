/** Grey, RGB, RGBA or CMYK bytes to RGB, as Pillow's `convert('RGB')` has it. */

/** RGBA over white: what a viewer shows. Pillow's conversion would keep what the alpha hides. */
export function overWhite(rgba: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]!;
    const white = 255 * (255 - alpha) + 127;
    rgb[to] = Math.trunc((rgba[from]! * alpha + white) / 255);
    rgb[to + 1] = Math.trunc((rgba[from + 1]! * alpha + white) / 255);
    rgb[to + 2] = Math.trunc((rgba[from + 2]! * alpha + white) / 255);
  }
  return rgb;
}

/**
 * CMYK by Pillow's plain formula, (1 - ink)(1 - black) in 8-bit arithmetic. Profiles are not
 * looked at: the training images of the pretrained weights were read this way.
 */
export function cmykToRgb(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4, to += 3) {
    const light = 255 - cmyk[from + 3]!;
    rgb[to] = light - multiply(cmyk[from]!, light);
    rgb[to + 1] = light - multiply(cmyk[from + 1]!, light);
    rgb[to + 2] = light - multiply(cmyk[from + 2]!, light);
  }
  return rgb;
}

/** a * b / 255, rounded. */
function multiply(a: number, b: number): number {
  const product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}
