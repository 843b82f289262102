import * as tf from '@tensorflow/tfjs-core';

import type { Executable, Graph } from './graph.ts';
import { weightsOf } from './ops.ts';
import { runOp } from './run-op.ts';

/** Runs a graph as it is written, and holds each value no longer than something needs it. */
export function interpret({ nodes }: Graph): Executable {
  const lastUses = lastUsesOf(nodes);
  return {
    run(input) {
      return tf.tidy(() => {
        const values: tf.Tensor[] = [input];
        nodes.forEach(({ op, inputs }, index) => {
          values.push(
            runOp(
              op,
              inputs.map((value) => values[value]!),
            ),
          );
          for (const value of lastUses[index]!) values[value]!.dispose();
        });
        return values.length > 1 ? values.at(-1)! : tf.clone(input);
      });
    },
    dispose() {
      for (const { op } of nodes) tf.dispose(weightsOf(op).slice());
    },
  };
}

/** For each node, the values that nothing needs after it; the input is not ours to free. */
function lastUsesOf(nodes: Graph['nodes']): number[][] {
  const last = new Map<number, number>();
  nodes.forEach(({ inputs }, index) => {
    for (const value of inputs) last.set(value, index);
  });
  const result = nodes.map((): number[] => []);
  for (const [value, index] of last) if (value > 0) result[index]!.push(value);
  return result;
}
