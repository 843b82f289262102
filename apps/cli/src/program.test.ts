import { describe, expect, it } from 'vitest';

import { capturedIo } from '../test/captured-io.ts';
import { run } from './program.ts';

async function resnet(...args: readonly string[]) {
  const io = capturedIo();
  const code = await run(args, io);
  return { code, out: io.stdout(), notes: io.notes() };
}

describe('help and version', () => {
  it('prints the help on stdout when asked', async () => {
    const { code, out, notes } = await resnet('--help');
    expect(code).toBe(0);
    for (const name of [
      'setup',
      'doctor',
      'split',
      'train',
      'evaluate',
      'predict',
      'info',
      'import',
      'export',
    ]) {
      expect(out).toContain(`\n  ${name} `);
    }
    expect(notes).toBe('');
  });

  it.each(['setup', 'doctor', 'split', 'train', 'evaluate', 'predict', 'info', 'import', 'export'])(
    'shows examples in the help of %s',
    async (command) => {
      const { code, out } = await resnet(command, '--help');
      expect(code).toBe(0);
      expect(out).toMatch(new RegExp(`Examples?:\\n  \\$ resnet ${command}`));
    },
  );

  it('prints the version', async () => {
    const { code, out } = await resnet('--version');
    expect(code).toBe(0);
    expect(out).toMatch(/^\d+\.\d+\.\d+\S*\n$/);
  });

  it('prints the help on stderr when called with nothing', async () => {
    const { code, out, notes } = await resnet();
    expect([code, out]).toEqual([2, '']);
    expect(notes).toContain('Usage: resnet');
  });
});

describe('wrong usage ends with 2 and a suggestion', () => {
  it.each([
    [['trian', 'x'], 'Did you mean train?'],
    [['train', 'x', '--epoch', '3'], 'Did you mean --epochs?'],
    [['train', 'x', '--epochs', 'many'], 'Expected a whole number from 1.'],
    [['train', 'x', '--epochs', '0'], 'Expected a whole number from 1.'],
    [['train', 'x', '--image-size', '4'], 'from 8 to 4096'],
    [['train', 'x', '--val', '1.5'], 'a fraction like 0.2'],
    [['train', 'x', '--val', '150%'], 'a fraction like 0.2'],
    [['train', 'x', '--group-by', '('], 'regular expression'],
    [['train', 'x', '--lr', '0'], 'Expected a number above 0'],
    [['train', 'x', '--optimizer', 'adam'], 'Allowed choices are sgd, adamw'],
    [['train', 'x', '--backend', 'cuda'], 'Allowed choices are auto, tensorflow'],
    [['train', 'x', '--freeze', 'stem'], '--freeze: give --weights too'],
    [['train', 'x', '--weights', 'w', '--backbone-lr', '0'], 'Expected a number above 0'],
    [['import', 'x.pth'], "required option '--out <folder>'"],
    [['import', './nowhere.pth', '--out', './o'], 'There is no file or folder'],
    [['import', 'hf:../x', '--out', './o'], 'is no model of the Hugging Face Hub'],
    [['export', './nowhere', '--format', 'tflite', '--out', 'x'], 'Allowed choices are timm'],
    [['predict'], "missing required argument 'run'"],
    [['predict', 'run'], "missing required argument 'files'"],
    [['predict', 'r', 'f', '--json', '--csv'], 'cannot be used with'],
    [['info', 'resent18'], 'Did you mean resnet18'],
    [['info', './nowhere'], 'There is no folder'],
    [['train'], 'what to train on'],
    [['train', './nowhere'], 'nowhere'],
    [['evaluate', './nowhere'], 'There is no folder'],
    [['predict', './nowhere', 'x.jpg'], 'There is no folder'],
  ])('resnet %j', async (args, message) => {
    const { code, out, notes } = await resnet(...args);
    expect(notes).toContain(message);
    expect([code, out]).toEqual([2, '']);
  });
});

describe('info', () => {
  it('lists the models', async () => {
    const { code, out } = await resnet('info');
    expect(code).toBe(0);
    expect(out).toMatch(/^resnet18 +11\.7 M +1\.81 G +224 x 224$/m);
  });

  it('shows the layers of one', async () => {
    const { code, out } = await resnet('info', 'resnet50');
    expect(code).toBe(0);
    expect(out).toMatch(/^conv1 .*112 x 112 x 64 +9,408 +118,013,952$/m);
    expect(out).toContain('25,557,032 parameters');
  });

  it('speaks JSON', async () => {
    const { out } = await resnet('info', 'resnet20', '--classes', '10', '--json');
    const info: { parameters: number; layers: unknown[]; imageSize: unknown } = JSON.parse(out);
    expect(info).toMatchObject({ parameters: 269_722, imageSize: [32, 32] });
    expect(info.layers.length).toBeGreaterThan(20);
  });
});
