/**
 * The arrows of the house: which of our packages each folder may import besides its own files. What
 * stands here is the rule; `.oxlintrc.json`, the table in CONTRIBUTING.md and the tests derive from it.
 *
 * `ours` are packages of this repository, `others` third parties that a platform-agnostic folder may
 * import; `node` marks folders that run in Node alone and may import what is there.
 *
 * @type {Readonly<Record<string, { what: string, ours: readonly string[], others?: readonly string[], node?: true }>>}
 */
export const arrows = {
  'packages/random': {
    what: 'a seedable, forkable generator',
    ours: [],
  },
  'packages/split': {
    what: 'labelled file lists -> train, val and test subsets',
    ours: ['random'],
  },
  'packages/image': {
    what: 'rasters: resize, crop, augment, normalise',
    ours: ['random'],
  },
  'packages/kernels': {
    what: 'the tensor ops with their gradients, accelerated by backend',
    ours: [],
    others: ['@tensorflow/tfjs-core'],
  },
  'packages/model': {
    what: 'the ResNet family and its weights',
    ours: ['kernels', 'random'],
    others: ['@tensorflow/tfjs-core'],
  },
  'packages/trainer': {
    what: 'loss, optimisers, schedules, the loop, checkpoints',
    ours: ['model', 'image', 'kernels', 'random'],
    others: ['@tensorflow/tfjs-core'],
  },
  'packages/predictor': {
    what: 'a model folder -> probabilities',
    ours: ['model', 'image', 'kernels', 'random'],
    others: ['@tensorflow/tfjs-core'],
  },
  'packages/files': {
    what: 'files written whole, folders locked',
    ours: [],
    node: true,
  },
  'packages/data': {
    what: 'folders, lists and manifests of images -> batches',
    ours: ['split', 'image', 'random', 'trainer', 'files'],
    others: ['sharp', 'bmp-ts'],
    node: true,
  },
  'packages/hub': {
    what: 'weights from a file, a URL, a folder or Hugging Face, cached',
    ours: ['model', 'files'],
    others: ['@huggingface/hub'],
    node: true,
  },
  'packages/native': {
    what: 'a current libtensorflow under tfjs-node-gpu, and the C++ kernels',
    ours: [],
    others: ['@tensorflow/tfjs-node-gpu', 'node-api-headers', 'yauzl'],
    node: true,
  },
  'apps/cli': {
    what: 'the `resnet` command',
    ours: [
      'random',
      'split',
      'image',
      'kernels',
      'model',
      'trainer',
      'predictor',
      'files',
      'data',
      'hub',
      'native',
    ],
    others: ['*'],
    node: true,
  },
  'apps/web': {
    what: 'the predictor page and its element',
    ours: ['predictor', 'model', 'image', 'kernels'],
    others: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
    ],
  },
};
