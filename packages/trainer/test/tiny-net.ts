import { ResNet, resnetConfig } from '@resnet/model';
import { Random } from '@resnet/random';

import { type DataSource, memoryData } from '../src/index.ts';

export const classes = ['stripes', 'bars', 'checks', 'blobs'];

/** Two blocks of 8 and 16 channels for images of 16 x 16. */
export function tinyNet(seed: number, dropRate = 0, channels: number[] = [8, 16]): ResNet {
  const config = resnetConfig({
    block: 'basic',
    layers: channels.map(() => 1),
    channels,
    stem: 'cifar',
    stemWidth: channels[0]!,
    numClasses: classes.length,
    dropRate,
  });
  return ResNet.init(config, { seed });
}

/** Noisy patterns of four kinds at random places. */
export function patterns(count: number, seed: number, pixels = 16): DataSource {
  const random = new Random(seed);
  const images = new Float32Array(count * pixels * pixels * 3);
  const labels = Array.from({ length: count }, (_, i) => i % 4);
  for (const [i, label] of labels.entries()) {
    const [shiftX, shiftY] = [random.integer(4), random.integer(4)];
    for (let y = 0; y < pixels; y++) {
      for (let x = 0; x < pixels; x++) {
        const [column, row] = [(x + shiftX) & 2, (y + shiftY) & 2];
        const inside = (x - pixels / 2 + shiftX) ** 2 + (y - pixels / 2 + shiftY) ** 2 < 16;
        const on = [column, row, column ^ row, inside][label] ? 1 : -1;
        const at = ((i * pixels + y) * pixels + x) * 3;
        for (let c = 0; c < 3; c++) images[at + c] = on + random.normal();
      }
    }
  }
  return memoryData({
    images,
    labels,
    imageShape: [pixels, pixels, 3],
    batchSize: 16,
    shuffleSeed: seed,
  });
}
