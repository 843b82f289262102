import { dirname, resolve } from 'node:path';

import { checkWeights, type LoadedWeights, loadWeights, writeModelFolder } from '@resnet/hub';
import { writeSafetensors } from '@resnet/model';

import type { ExportOptions } from './options.ts';
import { UsageError } from '../../errors.ts';
import { si } from '../../terminal/format.ts';
import type { Io } from '../../terminal/io.ts';
import { makeFolder, writeWhole } from '@resnet/files';
import { checkFree, checkModelFolder } from '../../options/check-out.ts';

/** What torchvision has: the others' parameters bear timm's names, or those of the papers. */
const torchvisionModels = /^(resnet(18|34|50|101|152)|resnext\d+_\d+x\d+d|wide_resnet\d+_2)$/;
/** Nets of the papers that timm has no name for. */
const notInTimm = /^(plain\d+|resnet(20|32|44|56|110|1202)|resnetv2_(164|1001))$/;

export async function runExport(run: string, options: ExportOptions, io: Io): Promise<void> {
  const out = resolve(io.cwd, options.out);
  if (options.format === 'onnx' && options.dtype !== 'float32') {
    throw new UsageError(`ONNX is written in float32 only, not in ${options.dtype}.`, {
      hint: 'Leave --dtype out, or choose another --format.',
    });
  }
  if (options.format === 'timm') checkModelFolder(out, options.force);
  else checkFree(out, options.force);
  const opened = await loadWeights(run, { cwd: io.cwd, env: io.env });
  const { card, state } = opened;
  checkWeights(run, card.architecture, card.config, state);
  if (options.format === 'timm') {
    const isInTimm = !notInTimm.test(card.architecture);
    if (!isInTimm) {
      io.note(
        `${io.noteColor.yellow('warning:')} timm has no ${card.architecture}; what is written is for this command and @resnet/model.`,
      );
    }
    const { dtype, force } = options;
    await makeFolder(out);
    await writeModelFolder(out, { card, state, dtype, force });
    io.out(`Written: ${options.out}.`);
    if (isInTimm) {
      io.out(`For timm: timm.create_model('local-dir:${options.out}', pretrained=True)`);
    }
    return;
  }
  const bytes = await encode(opened, options);
  await makeFolder(dirname(out));
  await writeWhole(out, bytes);
  io.out(`Written: ${options.out}, ${si(bytes.length)}B.`);
}

async function encode(
  { card, state }: LoadedWeights,
  { format, batchNorm, dtype }: ExportOptions,
): Promise<Uint8Array> {
  if (format === 'torchvision-safetensors') {
    if (!torchvisionModels.test(card.architecture)) {
      throw new UsageError(`torchvision has no ${card.architecture}.`, {
        hint: 'Export it for timm (--format timm) or to ONNX (--format onnx).',
      });
    }
    return writeSafetensors(state, { metadata: { format: 'pt' }, dtype });
  }
  const { writeOnnx } = await import('@resnet/model/onnx');
  const { config, labelNames, pretrainedCfg } = card;
  const [, height, width] = pretrainedCfg.inputSize;
  return writeOnnx(config, state, {
    imageSize: [height, width],
    batchNorm,
    name: card.architecture,
    metadata: {
      labels: JSON.stringify(labelNames),
      input_size: JSON.stringify(pretrainedCfg.inputSize),
      mean: JSON.stringify(pretrainedCfg.mean),
      std: JSON.stringify(pretrainedCfg.std),
      interpolation: pretrainedCfg.interpolation,
      crop_pct: String(pretrainedCfg.cropPct),
    },
  });
}
