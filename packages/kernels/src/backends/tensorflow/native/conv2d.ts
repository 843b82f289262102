import type { ConvGeometry, Shape4D } from '../../../geometry.ts';
import type { Conv2dKernels } from '../../../ops/conv2d-kernels.ts';
import { flag, integer, type } from '../attributes.ts';
import { handles, type Attribute } from '../backend.ts';
import type { Dtype, Executor } from '../executor.ts';
import type { Implementation } from '../select.ts';
import { areConvolutionsSupported } from './is-supported.ts';
import { opNames } from './op-names.ts';

// For CPUs: Winograd F(4x4, 3x3) where it suits, and in the threads of the other native kernels.
// Channels are taken in panels of 16.
const panel = 16;

// An image of so few channels is taken a row of taps at a time.
const smallChannels = 8;

/** Which of a convolution's gradients. */
export type Gradient = 'input' | 'filter';

/** Whether there is a native kernel for a convolution, or for one of its gradients. */
export function isConv2dSupported(
  [, , inChannels, outChannels]: Shape4D,
  { groups, dilation }: ConvGeometry,
  dtype: Dtype,
  gradient?: Gradient,
): boolean {
  const fits = outChannels % panel === 0 && (gradient !== 'input' || inChannels % panel === 0);
  // bfloat16 is multiplied in pairs of channels.
  const inPairs =
    dtype === 'float32' ||
    gradient === 'filter' ||
    inChannels % 2 === 0 ||
    (inChannels < smallChannels && dilation === 1);
  return groups === 1 && fits && inPairs && areConvolutionsSupported(dtype);
}

function geometryAttributes({ stride, padding, dilation }: ConvGeometry): Attribute[] {
  return [integer('stride', stride), integer('padding', padding), integer('dilation', dilation)];
}

/** Convolutions by `@resnet/native`. */
export function createConv2d({ dtype, run }: Executor): Implementation<Conv2dKernels> {
  return {
    forward: {
      isSupported: (_, filter, geometry) => isConv2dSupported(filter.shape, geometry, dtype),
      run(x, filter, geometry) {
        const none = [integer('biases', 0), integer('addends', 0)];
        const flags = ['relu', 'constant_filter'].map((name) => flag(name, false));
        const attributes = [type('T', dtype), ...none, ...geometryAttributes(geometry), ...flags];
        return run(opNames.conv2d, attributes, [x, ...handles([filter])]);
      },
    },

    inputGradient: {
      isSupported: (_, filter, __, geometry) =>
        isConv2dSupported(filter.shape, geometry, dtype, 'input'),
      run(dy, filter, [, height, width], geometry) {
        const size = [integer('height', height), integer('width', width)];
        const attributes = [type('T', dtype), ...geometryAttributes(geometry), ...size];
        return run(opNames.conv2dInputGradient, attributes, [...handles([filter]), dy]);
      },
    },

    filterGradient: {
      isSupported: (_, __, filterShape, geometry) =>
        geometry.dilation === 1 && isConv2dSupported(filterShape, geometry, dtype, 'filter'),
      run(x, dy, [height, width], { stride, padding }) {
        const window = { height, width, stride, padding };
        const settings = Object.entries(window).map(([name, value]) => integer(name, value));
        return run(opNames.conv2dFilterGradient, [type('T', dtype), ...settings], [x, dy]);
      },
    },
  };
}
