import { checkpoint } from '@resnet/kernels';
import { Random } from '@resnet/random';
import * as tf from '@tensorflow/tfjs-core';

import type { Module } from '../architecture/module.ts';
import { moduleSpecs } from '../architecture/parameter-specs.ts';
import { checkpointGroups } from './checkpoint-groups.ts';
import { runModules } from './forward.ts';
import type { RunContext } from './run-context.ts';

/**
 * {@link runModules} that keeps the input of each group of modules alone for the backward pass.
 * The first module, the stem, runs as always, so that no gradient by images is computed that
 * nobody asks for; the last group does too, as its backward pass follows at once.
 */
export function runCheckpointed(
  modules: readonly Module[],
  input: tf.Tensor,
  context: RunContext,
): tf.Tensor {
  const [stem, ...blocks] = modules;
  let x = runModules(stem === undefined ? [] : [stem], input, context);
  if (blocks.length === 0) return x;
  const groups = checkpointGroups(blocks, x.shape.slice(1));
  groups.forEach((group, i) => {
    const output =
      i === groups.length - 1
        ? runModules(group, x, context)
        : checkpoint(x, parametersOf(group, context), twice(group, context));
    if (x !== input) x.dispose();
    x = output;
  });
  return x;
}

/** The same draws both times, and batch statistics from the first alone. */
function twice(
  group: readonly Module[],
  context: RunContext,
): (x: tf.Tensor, isRepeated: boolean) => tf.Tensor {
  const drawn = context.random?.state();
  const again: RunContext = {
    ...context,
    onBatchStatistics: (_, { mean, variance }) => tf.dispose([mean, variance]),
  };
  return (x, isRepeated) => {
    if (!isRepeated) return runModules(group, x, context);
    const random = drawn === undefined ? undefined : new Random(drawn);
    return runModules(group, x, { ...again, random });
  };
}

function parametersOf(group: readonly Module[], context: RunContext): tf.Tensor[] {
  return moduleSpecs(group)
    .filter((spec) => spec.trainable)
    .map((spec) => context.tensorOf(spec));
}
