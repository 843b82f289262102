import { once } from 'node:events';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';

import {
  formatModelConfig,
  initialState,
  modelConfig,
  parameterSpecs,
  readSafetensors,
  type StateDict,
  writeSafetensors,
} from '@resnet/model';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../src/program.ts';
import { capturedIo } from './captured-io.ts';
import { classFolder } from './images.ts';

/** A state dict that torch.save wrote: tooling/reference/model/torch_resnet20.py */
const torchFile = new URL('./fixtures/weights/resnet20.pth', import.meta.url);

let cwd: string;
const quick = '--backend wasm --batch 4 --epochs 1 --augment none --workers 1'.split(' ');

beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'resnet weights '));
  await classFolder(join(cwd, 'images'), 5);
  writeFileSync(join(cwd, 'bare.safetensors'), writeSafetensors(state()));
  cpSync(torchFile, join(cwd, 'resnet20.pth'));
  const card = {
    architecture: 'resnet20',
    config: modelConfig('resnet20'),
    labelNames: Array.from({ length: 10 }, (_, i) => `class ${i}`),
    pretrainedCfg: {
      inputSize: [3, 16, 16] as const,
      mean: [0.1, 0.2, 0.3],
      std: [0.4, 0.5, 0.6],
      interpolation: 'bicubic' as const,
      cropPct: 0.75,
    },
  };
  mkdirSync(join(cwd, 'published'));
  writeFileSync(join(cwd, 'published/config.json'), JSON.stringify(formatModelConfig(card)));
  writeFileSync(join(cwd, 'published/model.safetensors'), writeSafetensors(state()));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

/** Weights of a ResNet-20 for 10 classes, their running statistics not those of a fresh net. */
function state(): StateDict {
  const fresh = initialState(parameterSpecs(modelConfig('resnet20')), { seed: 7 });
  for (const [name, { data }] of fresh) {
    if (data instanceof Float32Array && name.endsWith('running_mean')) data.fill(0.125);
  }
  return fresh;
}

async function resnet(...args: readonly string[]) {
  const io = capturedIo({ cwd });
  const code = await run(args, io);
  return { code, out: io.stdout(), notes: io.notes() };
}

function json(...path: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(join(cwd, ...path), 'utf8'));
}

function tensors(...path: string[]): StateDict {
  return readSafetensors(readFileSync(join(cwd, ...path))).tensors;
}

describe('train --weights', () => {
  it('fine-tunes: a fresh head, frozen stages as they were, the preprocessing of the weights', async () => {
    const { code, out, notes } = await resnet(
      'train',
      'images',
      '--weights',
      'published',
      '--name',
      'tuned',
      ...quick,
      '--freeze',
      'stem,layer1',
      '--backbone-lr',
      '0.5',
      '--no-ema',
    );
    expect(notes).not.toContain('error');
    expect(code).toBe(0);
    expect(out).toMatch(/model +resnet20, 269 k parameters, 16 px/);
    expect(out).toContain('published, a fresh classifier, as the weights are for 10 classes');
    expect(out).toContain('stem, layer1 frozen: 255 k parameters are trained');
    expect(out).toContain('all but the classifier at 0.5 of the rate');
    const [before, after] = [
      tensors('published/model.safetensors'),
      tensors('runs/tuned/model.safetensors'),
    ];
    expect(after.get('fc.weight')?.shape).toEqual([2, 64]);
    const changed = (name: string): boolean =>
      !isDeepStrictEqual(before.get(name)?.data, after.get(name)?.data);
    const names = parameterSpecs(modelConfig('resnet20'))
      .map(({ name }) => name)
      .filter((name) => !name.startsWith('fc.'));
    // Running statistics too: frozen batch norms stay in inference mode.
    const frozen = names.filter((name) => /^(conv1|bn1|layer1)\./.test(name));
    expect(frozen.filter(changed)).toEqual([]);
    expect(frozen.length).toBeGreaterThan(10);
    const trained = names.filter((name) => !frozen.includes(name));
    expect(trained.filter((name) => !changed(name))).toEqual([]);
    expect(json('runs/tuned/config.json')).toMatchObject({
      architecture: 'resnet20',
      num_classes: 2,
      label_names: ['blå', 'red wine'],
      pretrained_cfg: {
        input_size: [3, 16, 16],
        mean: [0.1, 0.2, 0.3],
        std: [0.4, 0.5, 0.6],
        interpolation: 'bicubic',
        crop_pct: 0.75,
      },
    });
    expect(json('runs/tuned/args.json')).toMatchObject({
      model: 'resnet20',
      fineTune: { weights: 'published', freeze: ['stem', 'layer1'], backboneLr: 0.5 },
    });
  });

  it('resumes without the weights', async () => {
    const args = json('runs/tuned/args.json');
    writeFileSync(join(cwd, 'runs/tuned/args.json'), JSON.stringify({ ...args, epochs: 2 }));
    cpSync(join(cwd, 'published'), join(cwd, 'moved'), { recursive: true });
    rmSync(join(cwd, 'published'), { recursive: true });
    const { code, out, notes } = await resnet('train', '--resume', 'runs/tuned');
    cpSync(join(cwd, 'moved'), join(cwd, 'published'), { recursive: true });
    expect(notes).not.toContain('error');
    expect(code).toBe(0);
    expect(out).toContain('resumes  after 1 epoch of 2');
    expect(out).toContain('stem, layer1 frozen');
  });

  it('takes a bare state dict of torch with --model, and trains the head alone', async () => {
    const { code, out, notes } = await resnet(
      'train',
      'images',
      '--weights',
      'resnet20.pth',
      '--model',
      'resnet20',
      ...quick,
      '--freeze',
      'backbone',
      '--image-size',
      '16',
      '--name',
      'head',
    );
    expect(notes).toContain(
      'resnet20.pth says nothing of preprocessing: what is common is assumed',
    );
    expect(notes).toContain("the weights are those in 'state_dict' of resnet20.pth");
    expect(notes).toContain("names begin with 'module.', which is left out");
    expect(code).toBe(0);
    expect(out).toContain('backbone frozen: 130 parameters are trained');
  });

  it.each([
    [['--weights', 'bare.safetensors'], 2, 'does not say which model it is for'],
    [['--weights', 'nowhere.pth', '--model', 'resnet20'], 2, 'There is no file or folder'],
    [['--weights', 'published', '--model', 'resnet32'], 2, 'is a resnet20, not a resnet32'],
    [
      ['--weights', 'published', '--freeze', 'layer4'],
      2,
      '--freeze: the model has no stage layer4',
    ],
    [
      ['--weights', 'bare.safetensors', '--model', 'resnet18'],
      1,
      'conv1.weight: the model has [64, 3, 7, 7], the weights [16, 3, 3, 3]',
    ],
    [
      ['--weights', 'bare.safetensors', '--model', 'resnet32'],
      1,
      'layer3.4.bn2.running_var: missing from the weights',
    ],
  ])('refuses %j before anything is written', async (args, expectedCode, message) => {
    const { code, notes } = await resnet('train', 'images', '--name', 'refused', ...quick, ...args);
    expect(notes).toContain(message);
    expect(code).toBe(expectedCode);
    expect(readdirSync(join(cwd, 'runs'))).not.toContain('refused');
  });
});

describe('import and export', () => {
  it('imports a file of torch, with labels', async () => {
    const labels = Array.from({ length: 10 }, (_, i) => `label ${i}`);
    writeFileSync(join(cwd, 'labels.txt'), `${labels.join('\n')}\n`);
    const { code, out } = await resnet(
      'import',
      'resnet20.pth',
      '--model',
      'resnet20',
      '--labels',
      'labels.txt',
      '--out',
      'model',
    );
    expect(out).toBe('resnet20, 270 k parameters, 10 classes: the model is in model.\n');
    expect(code).toBe(0);
    expect(json('model/config.json')).toMatchObject({
      architecture: 'resnet20',
      label_names: labels,
      pretrained_cfg: { input_size: [3, 32, 32], crop_pct: 1 },
    });
    const again = await resnet('import', 'resnet20.pth', '--model', 'resnet20', '--out', 'model');
    expect([again.code, again.notes]).toEqual([2, expect.stringContaining('is there already')]);
    const { code: predicted, out: table } = await resnet(
      'predict',
      'model',
      'images/blå/b0.jpg',
      '--backend',
      'wasm',
      '--top',
      '1',
    );
    expect(table).toContain('label ');
    expect(predicted).toBe(0);
  });

  it('imports from the cache of the Hub, shards too, without a network', async () => {
    const commit = 'a'.repeat(40);
    const repository = join(cwd, 'hub/models--me--net');
    const snapshot = join(repository, 'snapshots', commit);
    mkdirSync(join(repository, 'refs'), { recursive: true });
    mkdirSync(snapshot, { recursive: true });
    writeFileSync(join(repository, 'refs/main'), commit);
    cpSync(join(cwd, 'published/config.json'), join(snapshot, 'config.json'));
    const all = [...state()];
    const shards = { 'one.safetensors': all.slice(0, 9), 'two.safetensors': all.slice(9) };
    const map: Record<string, string> = {};
    for (const [file, part] of Object.entries(shards)) {
      writeFileSync(join(snapshot, file), writeSafetensors(new Map(part)));
      for (const [name] of part) map[name] = file;
    }
    const index = JSON.stringify({ metadata: {}, weight_map: map });
    writeFileSync(join(snapshot, 'model.safetensors.index.json'), index);
    const io = capturedIo({ cwd, env: { HF_HUB_CACHE: join(cwd, 'hub'), HF_HUB_OFFLINE: '1' } });
    expect(await run(['import', 'hf:me/net', '--out', 'from-hub'], io)).toBe(0);
    expect(tensors('from-hub/model.safetensors')).toEqual(tensors('published/model.safetensors'));
  });

  it('imports from a URL', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/resnet20.pth') response.end(readFileSync(torchFile));
      else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const url = `http://127.0.0.1:${port}/resnet20.pth`;
    const { code } = await resnet('import', url, '--model', 'resnet20', '--out', 'from-url');
    const missing = await resnet('import', `${url}.zip`, '--model', 'resnet20', '--out', 'x');
    server.close();
    expect(code).toBe(0);
    expect(tensors('from-url/model.safetensors')).toEqual(tensors('model/model.safetensors'));
    expect([missing.code, missing.notes]).toEqual([
      1,
      expect.stringContaining('cannot be downloaded: 404'),
    ]);
  });

  it('refuses labels that are too few', async () => {
    writeFileSync(join(cwd, 'few.json'), '["a", "b"]');
    const { code, notes } = await resnet(
      'import',
      'resnet20.pth',
      '--model',
      'resnet20',
      '--labels',
      'few.json',
      '--out',
      'x',
    );
    expect(notes).toContain('names 2 classes, the weights have 10');
    expect(code).toBe(2);
  });

  it('exports for timm what it imports unchanged', async () => {
    const { code, notes } = await resnet(
      'export',
      'published',
      '--format',
      'timm',
      '--out',
      'for-timm',
    );
    expect(notes).toContain('timm has no resnet20');
    expect(code).toBe(0);
    expect(json('for-timm/config.json')).toEqual(json('published/config.json'));
    expect(tensors('for-timm/model.safetensors')).toEqual(tensors('published/model.safetensors'));
  });

  it('exports 16-bit weights that give the same answers, in half the space', async () => {
    const args = '--format timm --dtype float16 --out half'.split(' ');
    expect((await resnet('export', 'published', ...args)).code).toBe(0);
    const size = (folder: string) => statSync(join(cwd, folder, 'model.safetensors')).size;
    expect(size('half') / size('published')).toBeLessThan(0.55);
    const [whole, half] = [
      tensors('published/model.safetensors'),
      tensors('half/model.safetensors'),
    ];
    expect([...half.keys()].sort()).toEqual([...whole.keys()].sort());
    for (const [name, { data }] of whole) {
      const rounded = half.get(name)!.data;
      const isClose = (i: number, x: number): boolean =>
        Math.abs(Number(rounded[i]) - x) <= 2 ** -10 * Math.abs(x) + 1e-6;
      expect(Array.from(data, Number).every((x, i) => isClose(i, x))).toBe(true);
    }
    const onnx = await resnet(
      'export',
      'published',
      '--format',
      'onnx',
      '--dtype',
      'float16',
      '--out',
      'y.onnx',
    );
    expect(onnx.notes).toContain('ONNX is written in float32 only, not in float16.');
    expect(onnx.code).toBe(2);
  });

  it('exports to ONNX', async () => {
    const { code, out } = await resnet(
      'export',
      'published',
      '--format',
      'onnx',
      '--out',
      'a/net.onnx',
    );
    expect(out).toMatch(/^Written: a\/net.onnx, 1.\d+ MB\.$/m);
    expect(code).toBe(0);
    const text = readFileSync(join(cwd, 'a/net.onnx')).toString('latin1');
    expect(text).toContain('["class 0","class 1"');
    const again = await resnet('export', 'published', '--format', 'onnx', '--out', 'a/net.onnx');
    expect(again.code).toBe(2);
  });

  it('says what torchvision has not', async () => {
    const { code, notes } = await resnet(
      'export',
      'published',
      '--format',
      'torchvision-safetensors',
      '--out',
      'x.safetensors',
    );
    expect([code, notes]).toEqual([2, expect.stringContaining('torchvision has no resnet20')]);
  });
});
