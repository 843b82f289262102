import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ResNet } from '@resnet/model';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { run } from '../src/program.ts';
import { capturedIo } from './captured-io.ts';
import { classFolder } from './images.ts';

let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'resnet checkpointing '));
  await classFolder(join(cwd, 'images'), 5);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
afterEach(() => {
  vi.restoreAllMocks();
});

interface Trained {
  readonly settings: Record<string, unknown>;
  /** `history.csv` without what depends on the clock. */
  readonly history: readonly (readonly string[])[];
  /** What the model was asked for in each training step. */
  readonly asked: readonly (boolean | undefined)[];
}

async function train(name: string, ...flags: readonly string[]): Promise<Trained> {
  const forward = vi.spyOn(ResNet.prototype, 'forward');
  const io = capturedIo({ cwd });
  const quick =
    '--model resnet20 --image-size 16 --backend wasm --batch 4 --epochs 2 --workers 1'.split(' ');
  expect(await run(['train', 'images', '--name', name, ...quick, ...flags], io)).toBe(0);
  const training = forward.mock.calls.flatMap(([, options]) =>
    options?.training === true ? [options.gradientCheckpointing] : [],
  );
  forward.mockRestore();
  const read = (file: string): string => readFileSync(join(cwd, 'runs', name, file), 'utf8');
  const settings: Record<string, unknown> = JSON.parse(read('args.json'));
  const [header = [], ...rows] = read('history.csv')
    .trim()
    .split('\n')
    .map((line) => line.split(','));
  const isTimed = header.map((column) => /second|wait/.test(column));
  const history = [header, ...rows].map((row) => row.filter((_, i) => isTimed[i] === false));
  return { settings, history, asked: training };
}

describe('train --gradient-checkpointing', () => {
  it('asks the model for it, and ends with the same history', async () => {
    const plain = await train('plain');
    const checkpointed = await train('checkpointed', '--gradient-checkpointing');
    expect(plain.asked.length).toBeGreaterThan(0);
    expect(plain.asked).not.toContain(true);
    expect(checkpointed.asked).toEqual(plain.asked.map(() => true));
    expect(checkpointed.settings).toMatchObject({ gradientCheckpointing: true });
    expect(plain.settings).not.toHaveProperty('gradientCheckpointing');
    // To the last digit: wasm computes alike each time, and again is the same.
    expect(checkpointed.history).toEqual(plain.history);
    expect(plain.history).toHaveLength(3);
  });
});
