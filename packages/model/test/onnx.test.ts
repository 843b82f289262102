/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its fixtures */
import { readFileSync } from 'node:fs';

import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';

import { modelConfig, type ResNetConfig } from '../src/index.ts';
import { writeOnnx, type WriteOnnxOptions } from '../src/onnx/write-onnx.ts';
import { digest, distance, formulaState, uniform, type Digest } from './formula.ts';

interface Case {
  readonly name: string;
  readonly config: string;
  readonly overrides: Partial<ResNetConfig>;
  /** [N, C, H, W] */
  readonly images: readonly [number, number, number, number];
  readonly eval: { readonly logits: Digest };
}

// PyTorch's logits, made by tooling/reference/model/parity.py: what our own forward pass is held to.
const cases = JSON.parse(
  readFileSync(new URL('./fixtures/parity.json', import.meta.url), 'utf8'),
) as Case[];

async function logitsOf(
  file: Uint8Array,
  shape: readonly number[],
): Promise<{ data: Float32Array; dims: readonly number[] }> {
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  try {
    const size = shape.reduce((product, length) => product * length, 1);
    const images = new Tensor('float32', Float32Array.from(uniform('input', size)), shape);
    const [output] = Object.values(await session.run({ images }));
    return { data: output!.data as Float32Array, dims: output!.dims };
  } finally {
    await session.release();
  }
}

describe('ONNX files in ONNX Runtime give the logits of PyTorch', () => {
  it.each(cases)('$name', async ({ config: name, overrides, images, eval: expected }) => {
    const config = modelConfig(name, overrides);
    const state = formulaState(config);
    for (const batchNorm of ['fold', 'keep'] as const) {
      const { data, dims } = await logitsOf(writeOnnx(config, state, { batchNorm }), images);
      expect(dims).toEqual([images[0], config.numClasses]);
      expect(distance(digest('logits', data), expected.logits, 0)).toBeLessThan(1e-5);
    }
  });
});

describe('writeOnnx', () => {
  const config = modelConfig('resnet20', { numClasses: 3 });
  const state = formulaState(config);
  const write = (options: WriteOnnxOptions): Uint8Array => writeOnnx(config, state, options);

  it('takes batches of any length, and images of any size unless told', async () => {
    const free = write({});
    for (const shape of [
      [1, 3, 16, 16],
      [5, 3, 24, 40],
    ]) {
      expect((await logitsOf(free, shape)).dims).toEqual([shape[0], 3]);
    }
    const fixed = write({ imageSize: [16, 16] });
    expect((await logitsOf(fixed, [4, 3, 16, 16])).dims).toEqual([4, 3]);
    await expect(logitsOf(fixed, [4, 3, 24, 24])).rejects.toThrow(/dimensions/);
  });

  it('gives the pooled features of a net without a classifier', async () => {
    const headless = modelConfig('resnet20', { numClasses: 0, dropRate: 0.5 });
    const file = writeOnnx(headless, formulaState(headless));
    expect((await logitsOf(file, [2, 3, 16, 16])).dims).toEqual([2, 64]);
  });

  it('keeps batch norms under their names, or leaves none', () => {
    const text = (file: Uint8Array): string => Buffer.from(file).toString('latin1');
    expect(text(write({ batchNorm: 'keep' }))).toContain('layer1.0.bn1.running_var');
    expect(text(write({}))).not.toContain('BatchNormalization');
    expect(text(write({ metadata: { labels: '["cat"]' } }))).toContain('["cat"]');
  });

  it('refuses a state that does not fit', () => {
    const other = formulaState(modelConfig('resnet20', { numClasses: 4 }));
    expect(() => writeOnnx(config, other)).toThrow(
      'writeOnnx: the state does not fit the net:\n  fc.weight: expected float32 [3, 64], received float32 [4, 64]',
    );
  });
});
