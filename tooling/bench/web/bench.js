// Runs in the page: loads both on the same net, then lets them take turns.

const size = 224;

/** From nothing, code included, to the first answer: one of both a page. */
globalThis.load = async (implementation, { name, backend, threads }) => {
  let ended;
  const time = await seconds(async () => {
    ended = await (implementation === 'ours'
      ? loadOurs(name, backend)
      : loadTheirs(name, backend, threads));
  });
  await ended.release?.();
  ended.dispose?.();
  return time;
};

/** Both on the same image, in turns. */
globalThis.bench = async ({ name, backend, threads, rounds }) => {
  const ours = await loadOurs(name, backend);
  const theirs = await loadTheirs(name, backend, threads);
  const image = randomImage();
  const tensor = inputOf(image, theirs.ort);
  const probabilities = await theirs.classify(tensor);
  const { predictions } = await ours.classify(image, { topK: 1000 });
  const largestDifference = predictions.reduce(
    (most, { index, probability }) => Math.max(most, Math.abs(probability - probabilities[index])),
    0,
  );
  // A round takes about a second or more; where that is much more (a GPU in software), one will do.
  const once = await seconds(() => ours.classify(image));
  const repeats = Math.max(1, Math.min(20, Math.round(1 / once)));
  const result = { ours: [], theirs: [] };
  const enough = once > 3 ? 1 : rounds;
  for (let round = 0; round < enough; round++) {
    result.ours.push(await seconds(() => repeat(repeats, () => ours.classify(image))));
    result.theirs.push(await seconds(() => repeat(repeats, () => theirs.classify(tensor))));
  }
  const detail = `${backend}: ${ours.backend.detail}`;
  ours.dispose();
  return { ...result, detail, largestDifference, repeats };
};

async function loadOurs(name, backend) {
  const { loadPredictor } = await import('/ours/predictor.js');
  return await loadPredictor(`/models/${name}/`, { backend, cache: false });
}

/** Loaded when a first answer is there, as ours is after its warm-up. */
async function loadTheirs(name, backend, threads) {
  const file = backend === 'webgpu' ? '/theirs/ort.webgpu.min.mjs' : '/theirs/ort.wasm.min.mjs';
  const ort = await import(file);
  ort.env.wasm.wasmPaths = '/theirs/';
  ort.env.wasm.numThreads = threads;
  const session = await ort.InferenceSession.create(`/models/${name}/model.onnx`, {
    executionProviders: [backend],
  });
  const classify = async (tensor) => {
    const output = await session.run({ [session.inputNames[0]]: tensor });
    return softmax(await output[session.outputNames[0]].getData());
  };
  const zeros = new ort.Tensor('float32', new Float32Array(3 * size * size), [1, 3, size, size]);
  await classify(zeros);
  return { ort, classify, release: () => session.release() };
}

/** 256 x 256, so that resizing to 256 changes nothing and both see the same pixels. */
function randomImage() {
  const image = new ImageData(256, 256);
  let state = 1;
  for (let i = 0; i < image.data.length; i++) {
    state = (state * 48271) % 2147483647;
    image.data[i] = i % 4 === 3 ? 255 : state % 256;
  }
  return image;
}

/** The middle 224 x 224 pixels, normalised, channels first. */
function inputOf({ data, width }, ort) {
  const mean = [0.485, 0.456, 0.406];
  const std = [0.229, 0.224, 0.225];
  const input = new Float32Array(3 * size * size);
  for (let channel = 0; channel < 3; channel++) {
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const value = data[((y + 16) * width + x + 16) * 4 + channel] / 255;
        input[(channel * size + y) * size + x] = (value - mean[channel]) / std[channel];
      }
    }
  }
  return new ort.Tensor('float32', input, [1, 3, size, size]);
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const exponentials = Array.from(logits, (value) => Math.exp(value - largest));
  const sum = exponentials.reduce((a, b) => a + b, 0);
  return exponentials.map((value) => value / sum);
}

async function repeat(times, task) {
  for (let i = 0; i < times; i++) await task();
}

async function seconds(task) {
  const start = performance.now();
  await task();
  return (performance.now() - start) / 1000;
}
