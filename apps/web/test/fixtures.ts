import type { WebPredictor } from '../src/predictor.ts';
import answersJson from './fixtures/answers.json' with { type: 'json' };

/** What PyTorch answers after Pillow has read them: tooling/reference/web/images.py */
export const pictureAnswers: Readonly<
  Record<
    string,
    {
      readonly width: number;
      readonly height: number;
      readonly probabilities: readonly number[];
    }
  >
> = answersJson;

/** The folder of the tests' model, as the test server has it. */
export const modelUrl: string = new URL(
  './',
  new URL('./fixtures/model/config.json', import.meta.url),
).href;

export function pictureUrl(name: string): string {
  return new URL(`./fixtures/images/${name}`, import.meta.url).href;
}

export async function pictureBlob(name: string): Promise<Blob> {
  return await (await fetch(pictureUrl(name))).blob();
}

export async function modelFiles(): Promise<{ config: string; weights: Blob }> {
  const [config, weights] = await Promise.all([
    fetch(`${modelUrl}config.json`).then((response) => response.text()),
    fetch(`${modelUrl}model.safetensors`).then((response) => response.blob()),
  ]);
  return { config, weights };
}

/** The probability of every class, by index. */
export async function probabilities(
  predictor: WebPredictor,
  image: Parameters<WebPredictor['classify']>[0],
): Promise<number[]> {
  const { predictions } = await predictor.classify(image, { topK: 1000 });
  return [...predictions].sort((a, b) => a.index - b.index).map((one) => one.probability);
}
