import { evalBox } from '@resnet/image';
import { normalizeMap, topPredictions, type ActivationMap as RawMap } from '@resnet/predictor';

import { WebPredictorError } from '../errors.ts';
import { release, type PreparedPicture, type Request } from '../protocol.ts';
import type { ActivationMap, Classification } from '../types.ts';
import { decodePicture } from './decode.ts';
import { LostOnTheWay } from './failure.ts';
import type { Gate } from './gate.ts';
import type { LoadedModel } from './load-model.ts';
import { rasterBuffers } from './raster-of.ts';
import { SpareBuffer } from './spare-buffer.ts';

const inputBuffers = new SpareBuffer((length) => new Float32Array(length));

export interface ClassifyContext {
  /** Decoding and resizing: one picture ahead of the net, no more, as each takes its memory. */
  readonly preparing: Gate;
  readonly computing: Gate;
  readonly signal: AbortSignal;
  readonly lost: AbortSignal;
}

/** Decodes, prepares and classifies a picture; see `WebPredictor.classify` for what it throws. */
export async function classify(
  request: Extract<Request, { readonly type: 'classify' }>,
  loading: Promise<LoadedModel> | undefined,
  context: ClassifyContext,
): Promise<Classification> {
  try {
    return await classifyPicture(request, loading, context);
  } finally {
    release(request.picture);
  }
}

async function classifyPicture(
  { picture, topK, map }: Extract<Request, { readonly type: 'classify' }>,
  loading: Promise<LoadedModel> | undefined,
  { preparing, computing, signal, lost }: ClassifyContext,
): Promise<Classification> {
  if (loading === undefined) throw new WebPredictorError('DISPOSED', 'the model was disposed');
  const model = await loading;
  signal.throwIfAborted();
  const prepared =
    picture.kind === 'prepared'
      ? picture
      : await preparing.run(async (): Promise<PreparedPicture> => {
          signal.throwIfAborted();
          const raster = await decodePicture(picture, signal);
          release(picture);
          const start = performance.now();
          const input = inputBuffers.take(inputLength(model));
          model.predictor.preprocess(raster, input);
          rasterBuffers.give(raster.data);
          const { width, height } = raster;
          const milliseconds = performance.now() - start;
          return { kind: 'prepared', input, width, height, milliseconds };
        });
  return await computing.run(async () => {
    signal.throwIfAborted();
    const start = performance.now();
    const answer = await unlessLost(lost, prepared, () => infer(model, prepared.input, map));
    const milliseconds = prepared.milliseconds + performance.now() - start;
    inputBuffers.give(prepared.input);
    const { width, height } = prepared;
    const predictions = topPredictions(answer.probabilities, model.info.labels, topK);
    const shown = answer.map && { map: placedMap(model, prepared, answer.map) };
    return { predictions, milliseconds, width, height, ...shown };
  });
}

function inputLength({ predictor }: LoadedModel): number {
  return predictor.card.pretrainedCfg.inputSize.reduce((product, side) => product * side);
}

interface Answer {
  readonly probabilities: readonly number[];
  readonly map?: RawMap;
}

async function infer(
  { predictor }: LoadedModel,
  input: Float32Array,
  map: boolean | number,
): Promise<Answer> {
  const answer: Answer =
    map === false
      ? { probabilities: (await predictor.probabilities([input]))[0]! }
      : await predictor.explain(input, map === true ? {} : { classIndex: map });
  if (answer.probabilities.every(Number.isFinite)) return answer;
  throw new WebPredictorError(
    'MODEL_INVALID',
    'the net gives no finite numbers for this picture; the training diverged or the file is damaged',
  );
}

/** Work that may never end, or fail somehow, once the backend is lost. */
async function unlessLost<T>(
  lost: AbortSignal,
  prepared: PreparedPicture,
  work: () => Promise<T>,
): Promise<T> {
  if (lost.aborted) throw new LostOnTheWay(prepared);
  let stop = (): void => undefined;
  const loss = new Promise<never>((_, reject) => {
    stop = () => reject(new LostOnTheWay(prepared));
    lost.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work(), loss]);
  } catch (error) {
    // The loss may be reported only after what it made fail.
    if (!(error instanceof Error) || 'code' in error) throw error;
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (lost.aborted) throw new LostOnTheWay(prepared);
    throw error;
  } finally {
    lost.removeEventListener('abort', stop);
  }
}

function placedMap(
  { predictor }: LoadedModel,
  picture: PreparedPicture,
  { classIndex, width, height, values }: RawMap,
): ActivationMap {
  const { inputSize, cropPct } = predictor.card.pretrainedCfg;
  const [left, top, right, bottom] = evalBox(picture, {
    inputSize: [inputSize[1], inputSize[2]],
    cropPct,
  });
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  return { classIndex, width, height, values: normalizeMap(values), box };
}
