import { createRequire } from 'node:module';
import { join } from 'node:path';

// The decoder that the CLI uses, from where the CLI has it.
const sharp = createRequire(new URL('../../apps/cli/package.json', import.meta.url))('sharp');

/** Images with edges and texture at all scales, which cost about what photographs cost. */
export async function makeImages(folder, count, width, height, format) {
  const paths = [];
  for (let i = 0; i < count; i++) {
    const shapes = Array.from({ length: 60 }, (_, k) => {
      const at = (n) => (i * 7919 + k * 104729 + n * 1299709) % 1000;
      const color = `rgb(${at(1) % 256},${at(2) % 256},${at(3) % 256})`;
      return `<circle cx="${at(4) / 10}%" cy="${at(5) / 10}%" r="${at(6) / 40}%" fill="${color}"/>`;
    });
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${shapes.join('')}</svg>`;
    const noise = await sharp({
      create: {
        width,
        height,
        channels: 3,
        background: '#000',
        noise: { type: 'gaussian', mean: 128, sigma: 20 },
      },
    })
      .blur(0.7)
      .png()
      .toBuffer();
    const path = join(folder, `${width}-${i}.${format}`);
    await sharp(Buffer.from(svg))
      .flatten()
      .composite([{ input: noise, blend: 'soft-light' }])
      .toFormat(format, format === 'jpeg' ? { quality: 90 } : {})
      .toFile(path);
    paths.push(path);
  }
  return paths;
}
