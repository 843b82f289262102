import { describe, expect, it } from 'vitest';

import { diagnose, type BackendReport, type DiagnoseOptions } from './diagnose.ts';

async function collect(options: DiagnoseOptions): Promise<BackendReport[]> {
  const reports: BackendReport[] = [];
  for await (const report of diagnose(options)) reports.push(report);
  return reports;
}

// A probe is a process that loads a backend and times it: seconds, and many on a busy machine.
describe('diagnose', { timeout: 240_000 }, () => {
  it('checks and times a backend in a process of its own', async () => {
    const [report] = await collect({ names: ['wasm'] });
    expect(report).toMatchObject({ name: 'wasm', works: true, chosen: true });
    expect(report?.detail).toContain('WebAssembly');
    expect(report?.maxError).toBeGreaterThanOrEqual(0);
    expect(report?.maxError).toBeLessThan(1e-5);
    expect(report?.gflops).toBeGreaterThan(0);
    expect(report?.convolution).toMatch(/^\d+x\d+x\d+x\d+, 3x3$/);
  });

  it('chooses the first that works, as auto does', async () => {
    const reports = await collect({ names: ['wasm', 'cpu'] });
    expect(reports.map(({ chosen }) => chosen)).toEqual([true, false]);
    expect(reports[1]?.reason).toBe('wasm comes first');
  });

  it('reports one that gives no answer in time, and goes on', async () => {
    const reports = await collect({ names: ['cpu'], timeoutMs: 1 });
    expect(reports).toMatchObject([{ works: false, chosen: false }]);
    expect(reports[0]?.problem).toContain('no answer');
  });

  it('stops on request', async () => {
    const controller = new AbortController();
    const reports = diagnose({ names: ['cpu'], signal: controller.signal });
    const first = reports.next();
    controller.abort();
    await expect(first).rejects.toThrow('abort');
  });
});
