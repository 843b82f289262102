import * as tf from '@tensorflow/tfjs-core';

import { dilateFilter, undilateFilter } from '../../reference/dilation.ts';
import { withGroups } from '../../reference/groups.ts';
import type { ConvGeometry, Shape4D } from '../../../geometry.ts';
import { conv2dKernels } from '../../../ops/conv2d.ts';
import type { Conv2dKernels } from '../../../ops/conv2d-kernels.ts';
import type { Implementation } from '../select.ts';
import { hasGroupedGradients } from './grouped-gradients.ts';

// Convolutions that TensorFlow does not have, as others that it has: those go through the selection
// again.

const again: Conv2dKernels = {
  forward: (x, filter, geometry) => conv2dKernels.active().forward(x, filter, geometry),
  inputGradient: (dy, filter, inputShape, geometry) =>
    conv2dKernels.active().inputGradient(dy, filter, inputShape, geometry),
  filterGradient: (x, dy, filterShape, geometry) =>
    conv2dKernels.active().filterGradient(x, dy, filterShape, geometry),
};

const sliced = withGroups(again);

/** TensorFlow's groups are used where it has them (5 times as fast as 32 slices), else slices. */
function needsSlices({ groups }: ConvGeometry): boolean {
  return groups > 1 && !hasGroupedGradients();
}

/** Groups one after the other. */
export const conv2dBySlices: Implementation<Conv2dKernels> = {
  forward: {
    isSupported: (_, __, geometry) => needsSlices(geometry),
    run: sliced.forward,
  },
  inputGradient: {
    isSupported: (_, __, ___, geometry) => needsSlices(geometry),
    run: sliced.inputGradient,
  },
  filterGradient: {
    isSupported: (_, __, ___, geometry) => needsSlices(geometry),
    run: sliced.filterGradient,
  },
};

function dilatedShape([kh, kw, inChannels, outChannels]: Shape4D, dilation: number): Shape4D {
  return [dilation * (kh - 1) + 1, dilation * (kw - 1) + 1, inChannels, outChannels];
}

/** Gradients exist without dilation only: zeros are put between the filter's taps instead. */
export const conv2dByDilatedFilter: Implementation<Conv2dKernels> = {
  inputGradient: {
    isSupported: (_, __, ___, { dilation }) => dilation > 1,
    run(dy, filter, inputShape, geometry) {
      const dilated = dilateFilter(filter, geometry.dilation);
      const gradient = again.inputGradient(dy, dilated, inputShape, { ...geometry, dilation: 1 });
      tf.dispose(dilated);
      return gradient;
    },
  },
  filterGradient: {
    isSupported: (_, __, ___, { dilation }) => dilation > 1,
    run(x, dy, filterShape, geometry) {
      const { dilation } = geometry;
      const shape = dilatedShape(filterShape, dilation);
      const gradient = again.filterGradient(x, dy, shape, { ...geometry, dilation: 1 });
      const taken = undilateFilter(gradient, dilation, [filterShape[0], filterShape[1]]);
      tf.dispose(gradient);
      return taken;
    },
  },
};
