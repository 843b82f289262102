import { beforeAll, describe, expect, test } from 'vitest';
import { commands } from 'vitest/browser';

import { loadPredictor, type BackendName, type Classification } from '../src/predictor.ts';
import { modelUrl, pictureAnswers, pictureBlob } from './fixtures.ts';

const backends: readonly BackendName[] = ['webgpu', 'wasm'];
const names = Object.keys(pictureAnswers);

type Answers = Record<string, Classification>;

/** Of two decoders and two adders of floats: what the same model may differ by. */
const betweenOurs = 2e-3;
const fromPytorch = 5e-3;

/** sharp's AVIF decoder turns YUV into RGB by another rounding than browsers and Pillow do. */
const betweenAvifDecoders = 2e-2;

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

function byIndex({ predictions }: Classification): number[] {
  return [...predictions].sort((a, b) => a.index - b.index).map((one) => one.probability);
}

const cli = await commands.cliAnswers();

describe('the same answers everywhere', () => {
  const answers: Partial<Record<BackendName, Answers>> = {};
  let labels: readonly string[];

  beforeAll(async () => {
    for (const backend of backends) {
      const predictor = await loadPredictor(modelUrl, { backend });
      labels = predictor.model.labels;
      const one: Answers = {};
      for (const name of names) one[name] = await predictor.classify(await pictureBlob(name));
      answers[backend] = one;
      predictor.dispose();
    }
  });

  test('there are pictures of 20 kinds or more', () => {
    expect(names.length).toBeGreaterThanOrEqual(20);
  });

  describe.each(names)('%s', (name) => {
    const expected = pictureAnswers[name]!;

    test.each(backends)(
      '%s: upright, as large as Pillow has it, and what PyTorch answers',
      (backend) => {
        const answer = answers[backend]![name]!;
        expect([answer.width, answer.height]).toEqual([expected.width, expected.height]);
        expect(largestDifference(byIndex(answer), expected.probabilities)).toBeLessThan(
          fromPytorch,
        );
      },
    );

    test('webgpu and wasm agree', () => {
      const [webgpu, wasm] = backends.map((backend) => byIndex(answers[backend]![name]!));
      expect(largestDifference(webgpu!, wasm!)).toBeLessThan(1e-4);
    });

    // A test that is left out counts as a failure: where tensorflow is missing there is another.
    // oxlint-disable-next-line vitest/no-conditional-tests
    if (cli.missing === undefined) {
      test('the command on tensorflow agrees', () => {
        const byLabel = cli.answers[name]!;
        const theirs = labels.map((label) => byLabel[label]!);
        const most = name.endsWith('.avif') ? betweenAvifDecoders : betweenOurs;
        for (const backend of backends) {
          expect(largestDifference(byIndex(answers[backend]![name]!), theirs)).toBeLessThan(most);
        }
      });
    }
  });

  // oxlint-disable-next-line vitest/no-conditional-tests
  if (cli.missing !== undefined) {
    test(`tensorflow is missing: ${cli.missing}`, () => {
      expect(cli.isRequired, 'tensorflow in RESNET_REQUIRE_BACKENDS').toBe(false);
    });
  }
});
