import * as tf from '@tensorflow/tfjs-core';

import type { Executable, Graph } from '../../../graph/graph.ts';
import { weightsOf } from '../../../graph/ops.ts';
import { tensorflow } from '../backend.ts';
import type { Precision } from './graph-def-writer.ts';
import { openSession } from './session.ts';
import { translate } from './translate.ts';
import { hasFusedConvolution } from './has-fused-convolution.ts';

/**
 * A graph as a session of TensorFlow's. Eager ops bring each filter into oneDNN's layout
 * again for every call, and the addon cannot call fused convolutions (it has no attribute that is a
 * list of strings); a session keeps filters as oneDNN wants them and has fused convolutions.
 *
 * On a GPU, graphs are run op by op: a session's rules are others there, and have not been
 * tried.
 */
export function compileGraph(graph: Graph, precision: Precision): Executable | undefined {
  if (tensorflow().binding.isUsingGpuDevice()) return undefined;
  const translated = translate(graph, hasFusedConvolution(precision), precision);
  if (translated === undefined) return undefined;
  const executable = openSession(translated);
  const fed = new Set(translated.fed.map(({ tensor }) => tensor));
  const constants = graph.nodes.flatMap(({ op }) => weightsOf(op)).filter((x) => !fed.has(x));
  tf.dispose(constants);
  return executable;
}
