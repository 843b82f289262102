// node train.js IMAGES OUT [WEIGHTS]
// From a folder of images, one sub-folder a class, to a model folder, and a prediction of it.
import '@tensorflow/tfjs-backend-wasm';
import { decodeFile, openDataset, trainingData } from '@resnet/data';
import { adaptClassifier, loadWeights, openModelFolder, writeModelFolder } from '@resnet/hub';
import { evalTransformOf } from '@resnet/image';
import { registerWasmKernels } from '@resnet/kernels/wasm';
import { createModelCard, ResNet } from '@resnet/model';
import { Predictor } from '@resnet/predictor';
import { adamw, oneCycle, train } from '@resnet/trainer';
import * as tf from '@tensorflow/tfjs-core';

await tf.setBackend('wasm');
registerWasmKernels();

const [images, out, weights] = process.argv.slice(2);
const dataset = await openDataset(images, { seed: 0, val: 0.2 });
const { classes } = dataset;

// A fresh net, or published weights with a fresh classifier.
const fresh = { card: createModelCard('resnet20', classes), state: new Map() };
const start = weights ? adaptClassifier(await loadWeights(weights), classes) : fresh;
const { card, state } = start;
const model = ResNet.init(card.config, { seed: 0 });
model.loadStateDict(state, { strict: false });

const transform = evalTransformOf(card.pretrainedCfg);
const data = trainingData(dataset, { transform, batchSize: 16 });
const recipe = { epochs: 12, optimizer: adamw(), schedule: oneCycle({ learningRate: 2e-3 }) };
for await (const event of train({ model, classes, ...data, ...recipe })) {
  if (event.type === 'epoch') console.log(`epoch ${event.epoch}: ${100 * event.val.top1} % right`);
  if (event.type === 'best') await writeModelFolder(out, { card, ...event, force: true });
}
await data.close();

const predictor = await Predictor.load(await openModelFolder(out));
const { path } = dataset.val[0];
console.log(path, await predictor.predict(await decodeFile(path), { topK: 1 }));
