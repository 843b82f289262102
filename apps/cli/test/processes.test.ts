import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { classFolder } from './images.ts';

// What only a process of its own shows: exit codes, signals, kills, closed pipes.

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));
let cwd: string;
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'resnet-processes-'));
  await classFolder(join(cwd, 'data'), 8);
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

interface TrainEvent {
  readonly event: string;
  readonly epoch?: number;
  readonly step?: number;
  readonly epochsDone?: number;
}

class Resnet {
  readonly child: ChildProcess;
  readonly events: TrainEvent[] = [];
  #out = '';
  #err = '';
  #waiting: (() => void)[] = [];
  readonly exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>;

  constructor(...args: string[]) {
    this.child = spawn(process.execPath, [main, ...args], {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (chunk) => (this.#err += String(chunk)));
    createInterface({ input: this.child.stdout! }).on('line', (line) => {
      this.#out += `${line}\n`;
      if (line.startsWith('{')) {
        const event: TrainEvent = JSON.parse(line);
        this.events.push(event);
      }
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
    this.exited = new Promise((resolve) => {
      this.child.once('close', (code, signal) => resolve([code, signal]));
    });
    void this.exited.finally(() => {
      for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }

  get out(): string {
    return this.#out;
  }

  get err(): string {
    return this.#err;
  }

  async sees(wanted: (event: TrainEvent) => boolean): Promise<void> {
    while (!this.events.some(wanted)) {
      if (this.child.exitCode !== null) throw new Error(`it ended: ${this.#err}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

const quick =
  'train data --model resnet20 --image-size 16 --backend wasm --batch 4 --epochs 3 --workers 1 --json'.split(
    ' ',
  );

const weights = (name: string): Buffer =>
  readFileSync(join(cwd, 'runs', name, 'model.safetensors'));

describe('a run that is interrupted and resumed', () => {
  let straight: Promise<unknown>;
  beforeAll(() => {
    straight = new Resnet(...quick, '--name', 'straight').exited;
  });

  it('ends in the same bytes after Ctrl-C in the middle of an epoch', async () => {
    const first = new Resnet(...quick, '--name', 'stopped');
    await first.sees(({ event, epoch, step }) => event === 'step' && epoch === 2 && step === 1);
    first.child.kill('SIGINT');
    expect(await first.exited).toEqual([130, null]);
    expect(first.events.slice(-3).map(({ event }) => event)).toContain('stopping');
    expect(first.events.at(-1)).toMatchObject({
      event: 'stopped',
      next: ['resnet train --resume runs/stopped'],
    });
    expect(first.events.filter(({ event }) => event === 'checkpoint').at(-1)).toMatchObject({
      epochsDone: 1,
    });
    expect(existsSync(join(cwd, 'runs', 'stopped', '.lock'))).toBe(false);

    const second = new Resnet('train', '--resume', 'runs/stopped', '--json');
    expect([...(await second.exited), second.err]).toEqual([0, null, '']);
    await straight;
    expect(weights('stopped').equals(weights('straight'))).toBe(true);
  });

  it('ends in the same bytes after SIGKILL', async () => {
    const first = new Resnet(...quick, '--name', 'killed');
    await first.sees(({ event, epoch, step }) => event === 'step' && epoch === 2 && step === 2);
    first.child.kill('SIGKILL');
    expect(await first.exited).toEqual([null, 'SIGKILL']);
    expect(existsSync(join(cwd, 'runs', 'killed', '.lock'))).toBe(true);

    const second = new Resnet('train', '--resume', 'killed', '--json', '--workers', '2');
    expect([...(await second.exited), second.err]).toEqual([0, null, '']);
    await straight;
    expect(weights('killed').equals(weights('straight'))).toBe(true);
    expect(existsSync(join(cwd, 'runs', 'killed', '.lock'))).toBe(false);
  });
});

it('quits at once on the second Ctrl-C, and can be resumed', async () => {
  const first = new Resnet(...quick, '--name', 'twice');
  await first.sees(({ event }) => event === 'step');
  first.child.kill('SIGINT');
  first.child.kill('SIGTERM');
  expect(await first.exited).toEqual([130, null]);
  const second = new Resnet('train', '--resume', 'twice', '--json');
  expect(await second.exited).toEqual([0, null]);
});

it('lets only one run write to a folder', async () => {
  const first = new Resnet(...quick, '--epochs', '500', '--name', 'shared');
  await first.sees(({ event }) => event === 'start');
  const second = new Resnet(...quick, '--name', 'shared', '--force');
  expect(await second.exited).toEqual([1, null]);
  expect(second.err).toContain(`is in use: process ${first.child.pid}`);
  first.child.kill('SIGTERM');
  expect(await first.exited).toEqual([130, null]);
});

it('says where it cannot write, and leaves nothing', async () => {
  const { writeFileSync } = await import('node:fs');
  writeFileSync(join(cwd, 'file'), '');
  const run = new Resnet(...quick, '--out', 'file/run');
  expect(await run.exited).toEqual([2, null]);
  expect(run.err).toMatch(/^error: .*file.*: a file is in its place/);
  expect(run.err).not.toContain(' at ');
});

it('does not mind a closed pipe', async () => {
  const child = spawn('sh', ['-c', `"${process.execPath}" "${main}" info | head -n 1`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  await once(child, 'close');
  expect(err).toBe('');
});

it('has done its work when the reader of its predictions goes away', async () => {
  const args = ['predict', 'runs/twice', 'data', '--backend', 'wasm', '--batch', '1', '--csv'];
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let err = '';
  child.stderr.on('data', (chunk) => (err += String(chunk)));
  child.stdout.destroy();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(err).not.toContain('error');
});

it.each([
  [['--help'], 0],
  [['predict', 'nowhere', 'x'], 2],
])('resnet %j ends with %d', async (args, code) => {
  expect(await new Resnet(...args).exited).toEqual([code, null]);
});
