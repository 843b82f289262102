import { describe, expect, it } from 'vitest';

import { bundle } from './bundle.ts';
import { publicPackages } from './workspace.ts';

/** The folders of source that a bundle holds something of: `packages/model/dist/onnx`. */
function folders(modules: readonly string[]): ReadonlySet<string> {
  return new Set(
    modules
      .filter((id) => id.startsWith('packages/'))
      .map((id) => id.slice(0, id.lastIndexOf('/'))),
  );
}

describe('what a bundler takes in', () => {
  it('for one model and its forward pass: no files, no ONNX, no trainer, no images', async () => {
    const { modules, imports } = await bundle(`
      import { createModel } from '@resnet/model';
      const model = createModel('resnet18', { seed: 1 });
      export const logits = (images) => model.forward(images);
    `);
    expect(imports).toEqual(['@tensorflow/tfjs-core']);
    expect([...folders(modules)].toSorted()).toEqual([
      'packages/kernels/dist',
      'packages/kernels/dist/backends/reference',
      'packages/kernels/dist/graph',
      'packages/kernels/dist/ops',
      'packages/kernels/dist/tfjs',
      'packages/model/dist',
      'packages/model/dist/architecture',
      'packages/model/dist/execution',
      'packages/model/dist/weights',
      'packages/random/dist',
    ]);
  });

  it('for reading safetensors: that alone, and nothing of TensorFlow.js', async () => {
    const { modules, imports } = await bundle(`export { readSafetensors } from '@resnet/model';`);
    expect(imports).toEqual([]);
    expect([...folders(modules)].toSorted()).toEqual([
      'packages/model/dist',
      'packages/model/dist/weights',
      'packages/model/dist/weights/safetensors',
    ]);
  });

  it('for the names and sizes of models: no tensors', async () => {
    const { imports } = await bundle(
      `export { layerTable, listModels, modelConfig, parameterCount } from '@resnet/model';`,
    );
    expect(imports).toEqual([]);
  });

  it.each([
    ['torch', 'weights/torch'],
    ['onnx', 'onnx'],
  ])('for @resnet/model/%s: no tensors', async (entry, folder) => {
    const { modules, imports } = await bundle(`export * from '@resnet/model/${entry}';`);
    expect(imports).toEqual([]);
    expect(folders(modules)).toContain(`packages/model/dist/${folder}`);
  });

  it('for predictions: no training, no augmentation, no accelerations that were not asked for', async () => {
    const { modules } = await bundle(`export { Predictor } from '@resnet/predictor';`);
    const taken = modules.join('\n');
    expect(taken).not.toMatch(/trainer|augment|jitter|mix\.js|onnx|torch/);
    expect(taken).not.toMatch(/kernels\/dist\/backends\/(wasm|webgpu|tensorflow)/);
    expect(taken).toContain('packages/image/dist/eval-transform.js');
  });

  const isPure = publicPackages().filter(({ path }) => path.startsWith('packages/'));
  it.each(isPure.map(({ manifest }) => [manifest.name, manifest.exports!] as const))(
    'for importing %s without using it: nothing',
    async (name, exports) => {
      const entries = Object.keys(exports).filter((entry) => !entry.endsWith('.json'));
      const lines = entries.map((entry) => `import '${name}${entry.slice(1)}';`);
      const { modules, imports } = await bundle(lines.join('\n'));
      expect({ modules, imports }).toEqual({ modules: [], imports: [] });
    },
  );
});
