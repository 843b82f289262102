import type { ResNetConfig } from './config.ts';

/** The image size that a net of the zoo was designed for, in pixels: 32 with the CIFAR stem, else 224. */
export function nativeImageSize(
  config: Pick<ResNetConfig, 'stem'>,
): readonly [height: number, width: number] {
  return config.stem === 'cifar' ? [32, 32] : [224, 224];
}
