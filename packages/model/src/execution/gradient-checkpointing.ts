import { checkpoint } from '@resnet/kernels';
import { Random } from '@resnet/random';
import * as tf from '@tensorflow/tfjs-core';

import { checkpointGroups } from './checkpoint-groups.ts';
import { runSegments } from './forward.ts';
import type { Segment } from '../architecture/module.ts';
import type { RunContext } from './run-module.ts';
import { nodeSpecs } from '../weights/parameter-specs.ts';

/**
 * {@link runSegments} that keeps the input of each group of segments alone for the backward pass.
 * The first segment, the stem, runs as always, so that no gradient by images is computed that
 * nobody asks for; the last group does too, as its backward pass follows at once.
 */
export function runCheckpointed(
  segments: readonly Segment[],
  input: tf.Tensor,
  context: RunContext,
): tf.Tensor {
  const [stem, ...blocks] = segments;
  let x = runSegments(stem === undefined ? [] : [stem], input, context);
  if (blocks.length === 0) return x;
  const groups = checkpointGroups(blocks, x.shape.slice(1));
  groups.forEach((group, i) => {
    const output =
      i === groups.length - 1
        ? runSegments(group, x, context)
        : checkpoint(x, parametersOf(group, context), twice(group, context));
    if (x !== input) x.dispose();
    x = output;
  });
  return x;
}

/** The same draws both times, and batch statistics from the first alone. */
function twice(
  group: readonly Segment[],
  context: RunContext,
): (x: tf.Tensor, isRepeated: boolean) => tf.Tensor {
  const drawn = context.random?.state();
  const again: RunContext = {
    ...context,
    onBatchStatistics: (_, { mean, variance }) => tf.dispose([mean, variance]),
  };
  return (x, isRepeated) => {
    if (!isRepeated) return runSegments(group, x, context);
    const random = drawn === undefined ? undefined : new Random(drawn);
    return runSegments(group, x, { ...again, random });
  };
}

function parametersOf(group: readonly Segment[], context: RunContext): tf.Tensor[] {
  const specs = group.flatMap(({ nodes }) => nodes.flatMap(nodeSpecs));
  return specs.filter((spec) => spec.trainable).map(({ name }) => context.tensor(name));
}
