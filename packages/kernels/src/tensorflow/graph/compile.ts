import * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../../errors.ts';
import type { Executable } from '../../graph/compile.ts';
import { tensorsOf, type Graph } from '../../graph/graph.ts';
import { tensorflow } from '../backend.ts';
import { hasGroupedGradients } from '../grouped.ts';
import { loadGraph } from './session.ts';
import { translate } from './translate.ts';

/**
 * A graph as a session of TensorFlow's. Eager operations bring each filter into oneDNN's layout
 * again for every call, and the addon cannot call `_FusedConv2D` (it has no attribute that is a
 * list of strings); a session keeps constant filters as oneDNN wants them and has it.
 *
 * On a GPU, graphs are run operation by operation: there a session's rules are others, and have
 * not been tried.
 */
export function compile(graph: Graph): Executable | undefined {
  const backend = tensorflow();
  const { binding } = backend;
  if (binding.isUsingGpuDevice()) return undefined;
  // Where oneDNN runs, grouped gradients exist; it alone has a fused kernel for the addition.
  const translated = translate(graph, hasGroupedGradients());
  if (translated === undefined) return undefined;
  const session = loadGraph(translated.bytes);
  const weights = graph.nodes.flatMap(({ op }) => tensorsOf(op));
  tf.dispose(weights);
  const [input, output] = [`${translated.input}:0`, `${translated.output}:0`];
  let isDisposed = false;
  return {
    run(x) {
      const handles = backend.getInputTensorIds([x]);
      try {
        const [info] = binding.runSavedModel(session, handles, input, output);
        return backend.createOutputTensor(info!);
      } catch (error) {
        throw new KernelError(
          'SHAPE_MISMATCH',
          'graph',
          `TensorFlow does not run it on an input of shape [${x.shape.join(', ')}]: ${String(error)}`,
        );
      }
    },
    dispose() {
      if (!isDisposed) binding.deleteSavedModel(session);
      isDisposed = true;
    },
  };
}
