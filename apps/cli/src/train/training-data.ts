import { evalTransform, trainTransform } from '@resnet/image';
import { Random } from '@resnet/random';
import type { Batch, DataSource } from '@resnet/trainer';

import type { Dataset, Example } from '../dataset/open-dataset.ts';
import { decodeFile } from '../images/decode.ts';
import { augmentations } from '../recipe.ts';
import type { ModelCard } from '@resnet/model';
import type { SkippedImage } from './report-types.ts';
import type { CompleteSettings } from './settings.ts';

export interface TrainingData {
  readonly trainData: DataSource;
  readonly valData: DataSource | undefined;
  skipped(): readonly SkippedImage[];
  close(): Promise<void>;
}
// TEMPORARY until src/images has its loader.
export async function openTrainingData(
  dataset: Dataset,
  settings: CompleteSettings,
  card: ModelCard,
): Promise<TrainingData> {
  const { cropPct, interpolation } = card.pretrainedCfg;
  const base = {
    inputSize: settings.imageSize,
    interpolation,
    mean: card.pretrainedCfg.mean as never,
    std: card.pretrainedCfg.std as never,
  };
  const evalT = evalTransform({ ...base, cropPct });
  const trainT = trainTransform({ ...base, ...augmentations[settings.augment] });
  const skipped: SkippedImage[] = [];
  const source = (examples: readonly Example[], training: boolean): DataSource => ({
    size: examples.length,
    batchesPerEpoch: Math.ceil(examples.length / settings.batch),
    imageShape: [settings.imageSize[0], settings.imageSize[1], 3],
    async *batches(epoch, start = 0) {
      const order = training
        ? new Random(settings.seed).fork(epoch).shuffle([...examples])
        : examples;
      for (let at = start * settings.batch; at < order.length; at += settings.batch) {
        const images: Float32Array[] = [];
        const labels: number[] = [];
        for (const [i, example] of order.slice(at, at + settings.batch).entries()) {
          try {
            const raster = await decodeFile(example.path);
            images.push(
              training
                ? trainT(raster, new Random(settings.seed).fork(epoch).fork(at + i))
                : evalT(raster),
            );
            labels.push(example.label);
          } catch (error) {
            if (!skipped.some(({ path }) => path === example.path))
              skipped.push({ path: example.path, reason: (error as { reason: string }).reason });
          }
        }
        const size = images[0]!.length;
        const all = new Float32Array(size * images.length);
        images.forEach((image, i) => all.set(image, i * size));
        yield { images: all, labels: Int32Array.from(labels), size: labels.length } satisfies Batch;
      }
    },
  });
  return {
    trainData: source(dataset.train, true),
    valData: dataset.val.length > 0 ? source(dataset.val, false) : undefined,
    skipped: () => skipped,
    close: async () => undefined,
  };
}
