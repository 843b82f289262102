import type * as tf from '@tensorflow/tfjs-core';

import { KernelError } from '../../../errors.ts';
import type { Executable } from '../../../graph/graph.ts';
import { encodeUtf8 } from '../../../protobuf.ts';
import { handles, tensorflow } from '../backend.ts';
import { cast } from '../cast.ts';
import type { Fed } from './graph-def-writer.ts';
import type { Translated } from './translate.ts';

function stringTensor(value: Uint8Array): number {
  const { binding } = tensorflow();
  return binding.createTensor([], binding.TF_STRING, [value]);
}

function writeFile(path: string, contents: Uint8Array): void {
  const { binding } = tensorflow();
  const handles = [stringTensor(encodeUtf8(path)), stringTensor(contents)];
  try {
    binding.executeOp('WriteFile', [], handles, 0);
  } finally {
    for (const handle of handles) binding.deleteTensor(handle);
  }
}

/**
 * Loads a `saved_model.pb` into a session of TensorFlow's, whose number it gives. The addon knows
 * of graphs only as SavedModels in folders; the folder is one in memory, so nothing is written to
 * disk.
 *
 * @throws {Error} TensorFlow's own, when it does not take the graph
 */
function load(bytes: Uint8Array): number {
  // TensorFlow's files in memory are the process's: other threads must not write the same one.
  const folder = `ram://resnet/${Math.random().toString(36).slice(2)}`;
  const path = `${folder}/saved_model.pb`;
  writeFile(path, bytes);
  try {
    return tensorflow().binding.loadSavedModel(folder, 'serve');
  } finally {
    // The session has a copy of its own; files in memory cannot be deleted from here.
    writeFile(path, new Uint8Array(0));
  }
}

/**
 * A session that runs a graph. It keeps what is fed, and frees it at its end.
 *
 * @throws {Error} TensorFlow's own, when it does not take the graph
 */
export function openSession({ bytes, inputs, fed, output }: Translated): Executable {
  const backend = tensorflow();
  const { binding } = backend;
  const session = load(bytes);
  const weights = fed.map(given);
  const inputNames = inputs.map((name) => `${name}:0`).join(',');
  const outputName = `${output}:0`;
  let isDisposed = false;
  return {
    run(x) {
      const ids = [x, ...weights].flatMap((value) =>
        typeof value === 'number' ? value : backend.getInputTensorIds([value]),
      );
      try {
        const [info] = binding.runSavedModel(session, ids, inputNames, outputName);
        return backend.createOutputTensor(info!);
      } catch (error) {
        throw new KernelError(
          'SHAPE_MISMATCH',
          `graph: expected an input that its ops take, received [${x.shape.join(', ')}]: ${String(error)}`,
          { cause: error },
        );
      }
    },
    dispose() {
      if (isDisposed) return;
      isDisposed = true;
      binding.deleteSavedModel(session);
      for (const value of weights) {
        if (typeof value === 'number') binding.deleteTensor(value);
        else value.dispose();
      }
    },
  };
}

/** A tensor as it is fed: of bfloat16, which tfjs does not know, a handle; the tensor is disposed. */
function given({ tensor, type }: Fed): tf.Tensor | number {
  if (type === 'float32') return tensor;
  const narrow = cast(tensorflow(), handles([tensor])[0]!, type);
  tensor.dispose();
  return narrow;
}
