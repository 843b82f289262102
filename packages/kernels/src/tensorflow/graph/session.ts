import { tensorflow } from '../backend.ts';
import { ascii } from './protobuf.ts';

/** Where TensorFlow keeps files in memory. */
const root = 'ram://resnet';

let count = 0;

function stringTensor(value: Uint8Array): number {
  const { binding } = tensorflow();
  return binding.createTensor([], binding.TF_STRING, [value]);
}

function writeFile(path: string, contents: Uint8Array): void {
  const { binding } = tensorflow();
  const handles = [stringTensor(ascii(path)), stringTensor(contents)];
  try {
    binding.executeOp('WriteFile', [], handles, 0);
  } finally {
    for (const handle of handles) binding.deleteTensor(handle);
  }
}

/**
 * Loads the bytes of a `saved_model.pb` into a session of TensorFlow's, whose number it gives. The
 * addon knows of graphs only as SavedModels in folders; the folder is one in memory, so nothing
 * is written to disk.
 *
 * @throws Error of TensorFlow's where it does not take the graph
 */
export function loadGraph(bytes: Uint8Array): number {
  const folder = `${root}/${count++}`;
  const path = `${folder}/saved_model.pb`;
  writeFile(path, bytes);
  try {
    return tensorflow().binding.loadSavedModel(folder, 'serve');
  } finally {
    // The session has its own copy of the weights; files in memory cannot be deleted from here.
    writeFile(path, new Uint8Array(0));
  }
}
