import type * as tf from '@tensorflow/tfjs-core';

import type { ConvGeometry, Shape4D } from '../geometry.ts';
import { flag, integer, type } from './attributes.ts';
import type { Attribute } from './backend.ts';
import type { Executor } from './executor.ts';
import { hasOwnConvolutions } from './own-operations.ts';

// Convolutions of `@resnet/native`, for processors: by Winograd's filtering where it suits, and in the
// threads of the other operations of its own. Channels are taken in panels of 16.
const panel = 16;

export type Gradient = 'input' | 'filter';

/** Whether there is an operation of our own for a convolution, or for one of its gradients. */
export function suitsOwn(
  [, , inChannels, outChannels]: Shape4D,
  { groups }: ConvGeometry,
  dtype: Executor['dtype'],
  gradient?: Gradient,
): boolean {
  const fits = outChannels % panel === 0 && (gradient !== 'input' || inChannels % panel === 0);
  const isOfType = dtype === 'float32' || gradient === 'filter';
  return groups === 1 && fits && isOfType && hasOwnConvolutions();
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
  const none = ['bias', 'addend', 'relu', 'constant_filter'].map((name) => flag(name, false));
  return on.run('ResnetConv', [...geometry(window), integer('count', 0), ...none], [x, filter]);
}

export function ownInputGradient(
  on: Executor,
  dy: tf.Tensor4D,
  filter: tf.Tensor4D,
  [, height, width]: Shape4D,
  window: ConvGeometry,
): tf.Tensor4D {
  const size = [integer('height', height), integer('width', width)];
  return on.run('ResnetInputGrad', [...geometry(window), ...size], [filter, dy]);
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
