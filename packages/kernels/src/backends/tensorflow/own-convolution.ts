import type * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../../geometry.ts';
import { flag, integer, type } from './attributes.ts';
import { handles, type Attribute } from './backend.ts';
import type { Executor } from './executor.ts';
import { hasOwnConvolutions } from './own-operations.ts';

// Convolutions of `@resnet/native`, for processors: by Winograd's filtering where it suits, and in the
// threads of the other operations of its own. Channels are taken in panels of 16.
const panel = 16;

export type Gradient = 'input' | 'filter';

// An image of so few channels is taken a row of taps at a time.
const few = 8;

/** Whether there is an operation of our own for a convolution, or for one of its gradients. */
export function suitsOwn(
  [, , inChannels, outChannels]: Shape4D,
  { groups, dilation }: ConvGeometry,
  dtype: Executor['dtype'],
  gradient?: Gradient,
): boolean {
  const fits = outChannels % panel === 0 && (gradient !== 'input' || inChannels % panel === 0);
  // bfloat16 is multiplied in pairs of channels.
  const inPairs =
    dtype === 'float32' ||
    gradient === 'filter' ||
    inChannels % 2 === 0 ||
    (inChannels < few && dilation === 1);
  return groups === 1 && fits && inPairs && hasOwnConvolutions(dtype);
}

function geometry({ stride, padding, dilation }: ConvGeometry): Attribute[] {
  return [integer('stride', stride), integer('padding', padding), integer('dilation', dilation)];
}

export function ownConv2d(
  on: Executor,
  x: tf.Tensor4D,
  filter: tf.Tensor4D,
  window: ConvGeometry,
): tf.Tensor4D {
  const none = [integer('biases', 0), integer('addends', 0)];
  const flags = ['relu', 'constant_filter'].map((name) => flag(name, false));
  const settings = [type('T', on.dtype), ...none, ...geometry(window), ...flags];
  return on.run('ResnetConv', settings, [x, ...handles([filter])]);
}

export function ownInputGradient(
  on: Executor,
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  [, height, width]: Shape4D,
  window: ConvGeometry,
): tf.Tensor4D {
  const size = [integer('height', height), integer('width', width)];
  const settings = [type('T', on.dtype), ...geometry(window), ...size];
  return on.run('ResnetInputGrad', settings, [...handles([filter]), dy]);
}

/** Without dilation. */
export function ownFilterGradient(
  on: Executor,
  x: tf.Tensor4D,
  dy: tf.Tensor4D,
  [height, width]: Shape4D,
  { stride, padding }: ConvGeometry,
): tf.Tensor4D {
  const window = { height, width, stride, padding };
  const settings = Object.entries(window).map(([name, value]) => integer(name, value));
  return on.run('ResnetFilterGrad', [type('T', on.dtype), ...settings], [x, dy]);
}
