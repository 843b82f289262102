import { compile, type Executable } from '@resnet/kernels';

import { buildNetwork } from '../architecture/build-network.ts';
import type { Module } from '../architecture/module.ts';
import type { ResNet } from '../resnet.ts';
import { modulesOf } from './forward.ts';
import { inferenceGraph } from './inference-graph.ts';
import { inferenceNet, type InferenceNet } from './inference-net.ts';

/**
 * A net for inference alone. Each batch norm that follows a convolution becomes part of its weights and
 * bias. The addition of the shortcut and ReLU come in the same pass where the backend has one. Equal to
 * `model.forward(images)` but for float32's rounding, and faster.
 *
 * The result has copies of the weights, for the backend that is active now: what happens to
 * `model` afterwards does not change it. The caller owns both, and disposes both.
 *
 * @throws {ModelError} DISPOSED when the model has been disposed
 */
export function foldBatchNorm(model: ResNet): InferenceNet {
  const { config } = model;
  const network = buildNetwork(config);
  const tensors = new Map([...model.parameters(), ...model.buffers()]);
  const make = (part: Module['part']): Executable =>
    compile(inferenceGraph(modulesOf(network, part), ({ name }) => tensors.get(name)!));
  return inferenceNet(config, make('features'), make('head'));
}
