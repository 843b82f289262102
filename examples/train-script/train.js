// node train.js IMAGES OUT [WEIGHTS]
// From a folder of images, one sub-folder a class, to a model folder, and a prediction of it.
import '@tensorflow/tfjs-backend-wasm';
import { decodeFile, imageLoader, openDataset } from '@resnet/data';
import { adaptClassifier, loadWeights, openModelFolder, writeModelFolder } from '@resnet/hub';
import { defaultTrainTransform, imagenetMean as mean, imagenetStd as std } from '@resnet/image';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { modelConfig, ResNet } from '@resnet/model';
import { Predictor } from '@resnet/predictor';
import { adamw, oneCycle, train } from '@resnet/trainer';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('wasm');
registerWasmKernels();

const [images, out, weights] = process.argv.slice(2);
const { classes, train: files, val } = await openDataset(images, { seed: 0, val: 0.2 });

// A fresh net, or published weights with a fresh classifier.
const pretrainedCfg = { inputSize: [3, 32, 32], mean, std, interpolation: 'bilinear', cropPct: 1 };
const fresh = { architecture: 'resnet20', config: modelConfig('resnet20'), pretrainedCfg };
const start = weights ? await loadWeights(weights) : { card: fresh, state: new Map() };
const { config, state } = adaptClassifier(start, classes);
const model = ResNet.init(config, { seed: 0 });
model.loadStateDict(state, { strict: false });
const card = { ...start.card, config, labelNames: classes };

const [, ...inputSize] = card.pretrainedCfg.inputSize;
const options = { ...card.pretrainedCfg, inputSize };
const load = (list, transform) => imageLoader({ files: list, batchSize: 16, transform });
const trainData = load(files, { kind: 'train', options: { ...defaultTrainTransform, ...options } });
const valData = load(val, { kind: 'evaluate', options });

const recipe = { epochs: 12, optimizer: adamw(), schedule: oneCycle({ learningRate: 2e-3 }) };
for await (const event of train({ model, classes, trainData, valData, ...recipe })) {
  if (event.type === 'epoch') console.log(`epoch ${event.epoch}: ${100 * event.val.top1} % right`);
  if (event.type === 'best') await writeModelFolder(out, { card, state: event.state, force: true });
}
await Promise.all([trainData.close(), valData.close()]);

const predictor = await Predictor.load(await openModelFolder(out));
console.log(val[0].path, await predictor.predict(await decodeFile(val[0].path), { topK: 1 }));
