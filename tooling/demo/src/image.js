import sharp from 'sharp';

/**
 * @import { Random } from '@resnet/random'
 * @import { Drawing } from './vendors.js'
 */

/**
 * @typedef {object} Image how to draw one image: all that was left to chance
 * @property {number} size pixels a side, 96 to 160
 * @property {number} scale the drawing's share of the side
 * @property {number} x left edge of the drawing, pixels
 * @property {number} y top edge of the drawing, pixels
 * @property {'png' | 'jpg'} format
 * @property {number} quality of a JPEG
 */

/**
 * @param {Random} random
 * @returns {Image}
 */
export function randomImage(random) {
  const size = 96 + random.integer(65);
  const scale = random.uniform(0.92, 1);
  const room = size * (1 - scale);
  return {
    size,
    scale,
    x: Math.round(room * random.uniform(0.2, 0.8)),
    y: Math.round(room * random.uniform(0.2, 0.8)),
    format: random.chance(0.5) ? 'png' : 'jpg',
    quality: 85 + random.integer(11),
  };
}

/**
 * @param {Drawing} drawing
 * @param {Image} image
 * @returns {Promise<Buffer>} the bytes of an opaque PNG or JPEG file
 */
export function render(drawing, image) {
  const { size, scale, x, y, format, quality } = image;
  const side = size * scale;
  const { left, top, width, height, body } = drawing;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">` +
    `<rect width="${size}" height="${size}" fill="#fff"/>` +
    `<svg x="${x}" y="${y}" width="${side}" height="${side}" viewBox="${left} ${top} ${width} ${height}">` +
    `${body}</svg></svg>`;
  const pipeline = sharp(Buffer.from(svg)).flatten({ background: '#fff' });
  return (
    format === 'png' ? pipeline.png({ compressionLevel: 6 }) : pipeline.jpeg({ quality })
  ).toBuffer();
}
