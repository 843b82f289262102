import { expect, it, vi } from 'vitest';

import { capturedIo } from '../../../test/captured-io.ts';
import type { BackendReport } from '../../backends/diagnose.ts';
import { run } from '../../program.ts';

const reports: BackendReport[] = [];
vi.mock('../../backends/diagnose.ts', () => ({
  async *diagnose() {
    yield* reports;
  },
}));

const missing: BackendReport = {
  name: 'tensorflow',
  works: false,
  chosen: false,
  reason: 'it does not work here',
  problem: 'No TensorFlow has been set up.',
  hint: 'resnet setup',
};
const working: BackendReport = {
  name: 'wasm',
  works: true,
  chosen: true,
  reason: 'the first of the order that works',
  detail: 'WebAssembly with SIMD, 1 thread',
  maxError: 2.3e-7,
  gflops: 28.7,
};

async function doctor(found: readonly BackendReport[], ...args: string[]) {
  reports.splice(0, reports.length, ...found);
  const io = capturedIo();
  return { code: await run(['doctor', ...args], io), out: io.stdout(), notes: io.notes() };
}

it('prints what works, how fast, which is taken, and how to get the rest', async () => {
  const { code, out } = await doctor([missing, working]);
  expect(code).toBe(0);
  expect(out).toMatch(/^tensorflow +no +No TensorFlow has been set up\.$/m);
  expect(out).toMatch(/^wasm +yes +29 +2e-7 +WebAssembly with SIMD, 1 thread$/m);
  expect(out).toContain('--backend auto takes wasm: the first of the order that works.');
  expect(out).toContain('tensorflow: resnet setup');
});

it('speaks JSON', async () => {
  const { out } = await doctor([missing, working], '--json');
  expect(JSON.parse(out)).toEqual([missing, working]);
});

it('fails where nothing works', async () => {
  const { code, notes } = await doctor([missing]);
  expect(code).toBe(1);
  expect(notes).toContain('No backend works here.');
});
