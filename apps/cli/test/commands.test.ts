import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readSafetensors } from '@resnet/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../src/program.ts';
import { capturedIo } from './captured-io.ts';
import { brokenImage, classFolder } from './images.ts';

let cwd: string;
/** The fastest that needs no set-up. */
const quick = words('--model resnet20 --image-size 16 --backend wasm --batch 4');

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'resnet commands '));
  await classFolder(join(cwd, 'my images'), 7);
  brokenImage(join(cwd, 'my images', 'red wine', 'broken.png'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

function words(text: string): string[] {
  return text.split(' ');
}

async function resnet(args: readonly string[], stdin?: Uint8Array) {
  const io = capturedIo({ cwd, ...(stdin !== undefined && { stdin }) });
  const code = await run(args, io);
  return { code, out: io.stdout(), notes: io.notes() };
}

const inRun = (...path: string[]): string => join(cwd, 'runs', ...path);

describe('train, evaluate, predict', () => {
  it('trains on a plain folder and writes the run folder', async () => {
    const { code, out, notes } = await resnet(['train', 'my images', ...quick, '--epochs', '2']);
    expect(notes).not.toContain('error');
    expect(code).toBe(0);
    expect(out).toContain('my images: 2 classes, 12 images to train, 3 to validate');
    expect(out).toMatch(/model +resnet20, 269 k parameters, 16 px/);
    expect(out).toMatch(/backend +wasm \(.*\), asked for/);
    expect(out).toMatch(/writes +runs\/my images/);
    expect(out).toMatch(/epoch 2\/2 {2}train \d+\.\d % loss \d\.\d{3} {2}val/);
    expect(out).toMatch(/Best top-1 \d+\.\d % on validation, in epoch [12]\./);
    expect(out).toContain('1 image could not be read and was left out:');
    expect(out).toContain('my images/red wine/broken.png: ');
    expect(out).toContain("resnet predict 'runs/my images' ");
    expect(readdirSync(inRun('my images')).sort()).toEqual([
      'args.json',
      'checkpoint',
      'config.json',
      'confusion-matrix.svg',
      'curves.svg',
      'history.csv',
      'model.safetensors',
      'split.json',
    ]);
    const { tensors } = readSafetensors(readFileSync(inRun('my images', 'model.safetensors')));
    expect(tensors.get('fc.weight')?.shape).toEqual([2, 64]);
    const config: object = JSON.parse(readFileSync(inRun('my images', 'config.json'), 'utf8'));
    expect(config).toMatchObject({
      architecture: 'resnet20',
      num_classes: 2,
      label_names: ['blå', 'red wine'],
      pretrained_cfg: { input_size: [3, 16, 16] },
    });
    const history = readFileSync(inRun('my images', 'history.csv'), 'utf8').trim().split('\n');
    expect(history).toHaveLength(3);
  });

  it('takes another name for a second run, and refuses a given one', async () => {
    const again = await resnet(['train', 'my images', ...quick, '--epochs', '1', '--json']);
    const events = again.out
      .trim()
      .split('\n')
      .map((line): { event: string; folder?: string; precision?: string } => JSON.parse(line));
    expect(events.map(({ event }) => event)).toEqual([
      'start',
      'step',
      'step',
      'step',
      'epoch',
      'checkpoint',
      'done',
    ]);
    expect(events[0]).toMatchObject({ folder: 'runs/my images-2', precision: 'float32' });
    const named = await resnet(['train', 'my images', '--name', 'my images', ...quick]);
    expect(named.code).toBe(2);
    expect(named.notes).toContain('holds a run already');
    expect(named.notes).toContain('--force');
  });

  it('replaces a run when forced, and keeps what it did not write', async () => {
    const { writeFileSync } = await import('node:fs');
    writeFileSync(inRun('my images-2', 'notes.txt'), 'mine');
    const { code } = await resnet([
      'train',
      'my images',
      ...quick,
      ...words('--epochs 1 --force --optimizer adamw --augment strong --mixup 0.2 --cutmix 1'),
      '--no-ema',
      ...words('--precision auto'),
      '--name',
      'my images-2',
    ]);
    expect(code).toBe(0);
    expect(readFileSync(inRun('my images-2', 'notes.txt'), 'utf8')).toBe('mine');
    const settings: object = JSON.parse(readFileSync(inRun('my images-2', 'args.json'), 'utf8'));
    expect(settings).toMatchObject({ optimizer: 'adamw', learningRate: 0.000125, ema: false });
    // wasm has no bfloat16: what was settled on is kept, not the question.
    expect(settings).not.toHaveProperty('precision');
  });

  it('never writes where files of the same names are somebody else’s', async () => {
    const { mkdirSync, writeFileSync } = await import('node:fs');
    mkdirSync(join(cwd, 'mine'));
    writeFileSync(join(cwd, 'mine', 'config.json'), '{}');
    const { code, notes } = await resnet(['train', 'my images', '--out', 'mine', '--force']);
    expect(code).toBe(2);
    expect(notes).toContain('is no run, but holds config.json');
  });

  it.each(['evaluate', 'predict'])('%s refuses bf16 where a backend has none', async (command) => {
    const data = command === 'predict' ? ['my images'] : [];
    const args = [command, 'runs/my images', ...data, '--backend', 'wasm', '--precision', 'bf16'];
    const { code, notes } = await resnet(args);
    expect(code).toBe(2);
    expect(notes).toContain('--precision bf16 works on the backend tensorflow, not on wasm');
  });

  it('evaluates on its own validation images', async () => {
    const { code, out } = await resnet(['evaluate', 'runs/my images', '--backend', 'wasm']);
    expect(code).toBe(0);
    expect(out).toMatch(/^red wine +2? /m);
    expect(out).toMatch(/top-1 \d+\.\d %, loss \d\.\d{3} on 2 images of the val subset of/);
  });

  it('evaluates on a folder, as JSON, with a confusion matrix', async () => {
    const { code, out } = await resnet([
      'evaluate',
      'runs/my images',
      'my images',
      ...words('--backend wasm --json --confusion-matrix matrix.svg'),
    ]);
    expect(code).toBe(0);
    const report: { confusion: number[][]; images: number } = JSON.parse(out);
    expect(report).toMatchObject({
      images: 14,
      labels: ['blå', 'red wine'],
      skipped: [{ reason: expect.stringContaining('damaged') as unknown }],
    });
    expect(report.confusion.flat().reduce((a, b) => a + b)).toBe(14);
    expect(readFileSync(join(cwd, 'matrix.svg'), 'utf8')).toMatch(/^<svg /);
  });

  it('explains classes that the model does not know', async () => {
    await classFolder(join(cwd, 'other'), 1);
    const { renameSync } = await import('node:fs');
    renameSync(join(cwd, 'other', 'red wine'), join(cwd, 'other', 'red whine'));
    const { code, notes } = await resnet(['evaluate', 'runs/my images', 'other']);
    expect(code).toBe(2);
    expect(notes).toContain("a class 'red whine' that the model does not know");
    expect(notes).toContain('Did you mean red wine?');
  });

  it('predicts files, folders and stdin in their order, and fails for what is broken', async () => {
    const file = join(cwd, 'my images', 'blå', 'b1.jpg');
    const { code, out, notes } = await resnet(
      [
        'predict',
        'runs/my images',
        file,
        '-',
        'my images/red wine',
        '--json',
        '--top',
        '1',
        '--backend',
        'wasm',
      ],
      readFileSync(file),
    );
    expect(code).toBe(1);
    const lines = out
      .trim()
      .split('\n')
      .map((line): { file: string; error?: string; predictions?: object[] } => JSON.parse(line));
    expect(lines.map((line) => line.file)).toEqual([
      file,
      '-',
      'my images/red wine/broken.png',
      ...Array.from({ length: 7 }, (_, i) => `my images/red wine/r ${i}.png`),
    ]);
    expect(lines[0]?.predictions).toEqual(lines[1]?.predictions);
    expect(lines[2]?.error).toContain('damaged');
    expect(notes).toContain('1 of 10 images could not be read');
  });

  it('predicts as CSV and as a table', async () => {
    const args = ['predict', 'runs/my images', 'my images/blå', '--backend', 'wasm'];
    const csv = await resnet([...args, '--csv']);
    expect(csv.code).toBe(0);
    const lines = csv.out.trim().split('\n');
    expect(lines).toHaveLength(1 + 7 * 2);
    expect(lines[0]).toBe('file,rank,label,probability');
    expect(lines[1]).toMatch(/^my images\/blå\/b0\.jpg,1,(blå|red wine),[01]\.\d+$/);
    const table = await resnet(args);
    expect(table.out).toMatch(/^my images\/blå\/b6\.jpg +(blå|red wine) +\d+\.\d % +/m);
  });

  it('names the file that is damaged', async () => {
    const { cpSync, truncateSync } = await import('node:fs');
    cpSync(inRun('my images'), inRun('damaged'), { recursive: true });
    truncateSync(inRun('damaged', 'model.safetensors'), 100_000);
    const predict = await resnet(['predict', 'runs/damaged', 'my images', '--backend', 'wasm']);
    expect(predict.notes).toContain('damaged/model.safetensors cannot be used: ');
    expect([predict.code, predict.out]).toEqual([1, '']);
    truncateSync(inRun('damaged', 'checkpoint', 'optimizer.safetensors'), 5000);
    const resume = await resnet(['train', '--resume', 'damaged']);
    expect(resume.notes).toContain('damaged/checkpoint cannot be resumed from: ');
    expect([resume.code, resume.out]).toEqual([1, '']);
  });

  it('shows a run in info', async () => {
    const { code, out } = await resnet(['info', 'runs/my images']);
    expect(code).toBe(0);
    expect(out).toContain('resnet20 on 16 x 16: 269,202 parameters');
    expect(out).toContain('classes: blå, red wine');
  });
});

describe('what train refuses before it begins', () => {
  it.each([
    [['my images', '--model', 'resnet51'], 'Did you mean resnet50'],
    [['my images', '--name', '../x'], '--name is a name, not a path'],
    [['my images', '--name', 'x', '--out', 'y'], 'not both'],
    [['--resume'], 'Say which run to go on with'],
    [['--resume', 'nothing'], 'There is no run to resume'],
    [['--resume', 'runs/my images', '--epochs', '9'], '--epochs cannot be given with --resume'],
    [['other', '--resume', 'runs/my images'], 'trains on'],
    [['--resume', 'runs/my images'], 'is complete: 2 epochs'],
    [['my images/blå'], 'no class folders'],
    [['runs/my images/split.json', '--val', '0.5'], 'is split already: --val cannot be given'],
  ])('train %j', async (args, message) => {
    const { code, notes } = await resnet(['train', ...args, '--backend', 'wasm']);
    expect(notes).toContain(message);
    expect(code).toBe(2);
    expect(existsSync(inRun('x'))).toBe(false);
  });
});
