/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its fixtures */
import { readFileSync } from 'node:fs';

import { softmaxCrossEntropy } from '@resnet/kernels';
import { registerTensorflowKernels } from '@resnet/kernels/tensorflow';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { registerWebgpuKernels } from '@resnet/kernels/webgpu';
import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import {
  listModels,
  modelConfig,
  parameterSpecs,
  ResNet,
  type BatchStatistics,
  type ParameterSpec,
} from '../src/index.ts';
import {
  conditionedState,
  distance,
  formulaImages,
  hash,
  positions,
  sampleDigest,
  type Digest,
} from './formula.ts';

interface Case {
  readonly name: string;
  /** Two images of 3 channels, as high and wide as this. */
  readonly side: number;
  readonly branchEnd: string | null;
  readonly labels: readonly [number, number];
  readonly logits: { readonly norm: number; readonly samples: string };
  readonly loss: number;
  /** Norm of all running statistics after a training pass. */
  readonly statistics: number;
  /** Norm of all gradients together. */
  readonly gradientNorm: number;
  /** How far PyTorch's own float32 gradients lie from its float64 ones. */
  readonly float32: number;
  /** FNV-1a of the trainable parameters' names, sorted. */
  readonly parameters: string;
  /** Digests of their gradients, in that order: float32, base64. */
  readonly gradients: string;
}

// Made by tooling/reference/model/zoo_parity.py with torchvision, timm and nets written from the papers.
const cases = JSON.parse(
  readFileSync(new URL('./fixtures/zoo-parity.json', import.meta.url), 'utf8'),
) as Case[];

/**
 * The weights keep rounding small, so gradients are within 1e-3 (mostly 1e-5), and that is the bound.
 * But where rounding flips the sign of an activation, the gradients before it move by a percent
 * or so, in PyTorch's float32 as here. wasm rounds alike everywhere, and nothing flips there.
 * TensorFlow rounds as the machine's oneDNN likes: nothing flips where the reference was made, but
 * in the nets of over a hundred layers it may elsewhere. The classifier's gradients must still be
 * within the bound, the norm of all of them together too, and none be farther than this.
 */
const flipped = 0.05;

registerTensorflowKernels();
registerWasmKernels();
registerWebgpuKernels();

describe('every model of the zoo, against PyTorch', () => {
  it('has a reference for each name', () => {
    expect(cases.map(({ name }) => name).sort()).toEqual([...listModels()].sort());
  });

  it.each(cases)('$name: the parameters of the reference, by name', (reference) => {
    const names = trainable(reference.name).map(({ name }) => `${name}\n`);
    expect(hash(names.join('')).toString(16).padStart(8, '0')).toBe(reference.parameters);
  });

  describeBackends(['wasm', 'tensorflow', 'webgpu'], (backend) => {
    // A software adapter runs the shaders here.
    const chosen = backend === 'webgpu' ? /^resnet(18|50)$/ : /./;
    for (const reference of cases.filter(({ name }) => chosen.test(name))) {
      // oxlint-disable-next-line vitest/expect-expect -- both parts expect
      it(`${reference.name}: logits, gradients`, { timeout: 180_000 }, async () => {
        const before = tf.memory().numTensors;
        const config = modelConfig(reference.name);
        const model = ResNet.fromStateDict(config, conditionedState(config, reference.branchEnd));
        const { side } = reference;
        const images = tf.tensor4d(formulaImages([2, 3, side, side]), [2, side, side, 3]);
        await compareLogits(model, images, reference);
        await compareTraining(model, images, reference);
        model.dispose();
        images.dispose();
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  });
});

async function compareLogits(model: ResNet, images: tf.Tensor4D, reference: Case): Promise<void> {
  const logits = model.forward(images);
  const data = await logits.data();
  logits.dispose();
  const expected = unpack(reference.logits.samples);
  const where = positions('logits', data.length, 64);
  // A relative error of 1e-4, by the root of the mean square: single logits may be near 0.
  const rms = reference.logits.norm / Math.sqrt(data.length);
  const received = Array.from(where, (index) => data[index]!);
  expect(received).toBeAllClose(expected, { rtol: 0, atol: 1e-4 * rms });
  expect(norm(data) / reference.logits.norm).toBeCloseTo(1, 4);
}

async function compareTraining(model: ResNet, images: tf.Tensor4D, reference: Case): Promise<void> {
  const batchStatistics = new Map<string, BatchStatistics>();
  const parameters = model.parameters();
  const targets = tf.tidy(() =>
    tf.cast(
      tf.oneHot(tf.tensor1d([...reference.labels], 'int32'), model.config.numClasses),
      'float32',
    ),
  ) as tf.Tensor2D;
  const dy = tf.tensor1d([0.5, 0.5]);
  const { value, grads } = tf.valueAndGrads(() =>
    softmaxCrossEntropy(model.forward(images, { training: true, batchStatistics }), targets, {}),
  )([...parameters.values()], dy);
  const losses = await value.data();
  expect((losses[0]! + losses[1]!) / 2 / reference.loss, 'loss').toBeCloseTo(1, 4);

  const expected = unpack(reference.gradients);
  const apart: { name: string; distance: number }[] = [];
  let squares = 0;
  const gradients = new Map([...parameters.keys()].map((name, i) => [name, grads[i]!]));
  for (const [i, spec] of trainable(reference.name).entries()) {
    const data = (await gradients.get(spec.name)!.data()) as Float32Array;
    const digest = sampleDigest(spec.name, data, placeOf(spec));
    squares += digest[0] ** 2;
    const wanted: Digest = [expected[2 * i]!, expected[2 * i + 1]!];
    // What a later norm takes out again has a gradient of 0 but for rounding.
    const relative = distance(digest, wanted, 1e-5 * reference.gradientNorm);
    apart.push({ name: spec.name, distance: relative });
  }
  tf.dispose([value, grads, targets, dy]);
  const over = apart.filter((one) => !(one.distance < 1e-3));
  const mayFlip = tf.getBackend() === 'tensorflow' && /1[05][12]/.test(reference.name);
  const bad = over.filter(
    (one) => !(mayFlip && one.distance < flipped && !/(^|\.)fc\./.test(one.name)),
  );
  expect(bad).toEqual([]);
  expect(Math.sqrt(squares) / reference.gradientNorm, 'all gradients').toBeCloseTo(1, 4);

  model.updateRunningStatistics(batchStatistics, { momentum: 0.1 });
  for (const { mean, variance } of batchStatistics.values()) tf.dispose([mean, variance]);
  let sum = 0;
  for (const buffer of model.buffers().values()) sum += norm(await buffer.data()) ** 2;
  expect(Math.sqrt(sum) / reference.statistics, 'running statistics').toBeCloseTo(1, 4);
}

function trainable(name: string): ParameterSpec[] {
  const specs = parameterSpecs(modelConfig(name)).filter((spec) => spec.trainable);
  return specs.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Where torch's [O, I, H, W] has its place in our [H, W, I, O]; linear layers likewise. */
function placeOf({ role, shape }: ParameterSpec): (torchIndex: number) => number {
  if (role !== 'conv' && role !== 'linear') return (index) => index;
  const [out, inner, height = 1, width = 1] = shape as [number, number, number?, number?];
  const pixels = height * width;
  return (index) => {
    const pixel = index % pixels;
    const i = Math.floor(index / pixels) % inner;
    return (pixel * inner + i) * out + Math.floor(index / (pixels * inner));
  };
}

function norm(data: ArrayLike<number>): number {
  let squares = 0;
  for (let i = 0; i < data.length; i++) squares += data[i]! ** 2;
  return Math.sqrt(squares);
}

function unpack(base64: string): Float32Array {
  const bytes = Uint8Array.from(Buffer.from(base64, 'base64'));
  return new Float32Array(bytes.buffer);
}
