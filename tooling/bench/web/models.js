import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { createModel, formatModelConfig, writeSafetensors } from '@resnet/model';
import { writeOnnx } from '@resnet/model/onnx';
import * as tf from '@tensorflow/tfjs-core';

import '@tensorflow/tfjs-backend-cpu';

/** A folder with, for each architecture, our files and the same net as ONNX, fresh weights in both. */
export async function makeModels(names) {
  await tf.setBackend('cpu');
  const folder = mkdtempSync(join(tmpdir(), 'resnet-bench-web-'));
  for (const name of names) {
    const model = createModel(name, { numClasses: 1000, seed: 1 });
    const state = await model.stateDict();
    const { config } = model;
    model.dispose();
    mkdirSync(join(folder, name));
    const card = formatModelConfig({
      architecture: name,
      config,
      labelNames: Array.from({ length: 1000 }, (_, index) => String(index)),
      pretrainedCfg: {
        inputSize: [3, 224, 224],
        mean: [0.485, 0.456, 0.406],
        std: [0.229, 0.224, 0.225],
        interpolation: 'bilinear',
        cropPct: 0.875,
      },
    });
    writeFileSync(join(folder, name, 'config.json'), JSON.stringify(card));
    writeFileSync(join(folder, name, 'model.safetensors'), writeSafetensors(state));
    writeFileSync(join(folder, name, 'model.onnx'), writeOnnx(config, state));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
