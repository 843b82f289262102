import { describeBackends } from '@resnet/test-config/backends';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';

import { fusedConv2d } from '../src/index.ts';
import { registerTensorflowKernels } from '../src/backends/tensorflow/index.ts';
import { registerWasmKernels } from '../src/backends/wasm/index.ts';
import { registerWebgpuKernels } from '../src/backends/webgpu/index.ts';
import { runHereAndOnCpu, sampled, Sampler } from './against-cpu.ts';
import { fusedConv2dKernels } from '../src/ops/fused-conv2d.ts';

registerTensorflowKernels();
registerWasmKernels();
registerWebgpuKernels();

const tolerance = { rtol: 1e-4, atol: 5e-5 };

describe('fusedConv2d', () => {
  describeBackends(['cpu', 'wasm', 'tensorflow', 'webgpu'], (backend) => {
    for (const activation of ['none', 'relu'] as const) {
      for (const parts of ['', 'bias', 'addend', 'bias and addend'] as const) {
        for (const geometry of [
          { stride: 1, padding: 1, dilation: 1, groups: 1 },
          { stride: 2, padding: 1, dilation: 1, groups: 1 },
          { stride: 2, padding: 2, dilation: 2, groups: 1 },
          { stride: 1, padding: 1, dilation: 1, groups: 2 },
        ]) {
          it(`${activation} after ${parts || 'nothing'}, ${JSON.stringify(geometry)}`, async () => {
            const { here, onCpu } = await runHereAndOnCpu(backend, () => {
              const sampler = new Sampler(3);
              const x = sampled<tf.Tensor4D>(sampler, [2, 8, 8, 4]);
              const filter = sampled<tf.Tensor4D>(sampler, [3, 3, 4 / geometry.groups, 8]);
              const size = 8 / geometry.stride;
              const bias = parts.includes('bias') ? sampled<tf.Tensor1D>(sampler, [8]) : undefined;
              const addend = parts.includes('addend')
                ? sampled<tf.Tensor4D>(sampler, [2, size, size, 8])
                : undefined;
              return [
                fusedConv2dKernels
                  .active()
                  .forward(x, filter, geometry, { bias, addend, activation }),
              ];
            });
            expect(here).toBeAllClose(onCpu, tolerance);
          });
        }
      }
    }

    it('refuses a bias or an addend of another shape', () => {
      const x = tf.zeros<tf.Rank.R4>([1, 4, 4, 2]);
      const filter = tf.zeros<tf.Rank.R4>([1, 1, 2, 3]);
      const bias = tf.zeros<tf.Rank.R1>([2]);
      expect(() => fusedConv2d(x, filter, { bias })).toThrow(/bias \[3\], received \[2\]/);
      expect(() => fusedConv2d(x, filter, { addend: x })).toThrow(
        /addend \[1, 4, 4, 3\], received \[1, 4, 4, 2\]/,
      );
      tf.dispose([x, filter, bias]);
    });
  });
});
