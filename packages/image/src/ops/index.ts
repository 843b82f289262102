export { affine, rotate, shearX, shearY, translate, type Affine } from './affine.ts';
export { adjustBrightness, adjustContrast, adjustSaturation, adjustSharpness } from './blend.ts';
export { flipHorizontal } from './flip.ts';
export { adjustHue } from './hue.ts';
export { autoContrast, equalize, invert, posterize, solarize } from './tone.ts';
