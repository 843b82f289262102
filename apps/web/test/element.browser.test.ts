/* oxlint-disable typescript/no-unsafe-type-assertion -- a test knows its element */
import axe from 'axe-core';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { userEvent } from 'vitest/browser';

import { ResnetPredictorElement } from '../src/index.ts';
import type { Classification } from '../src/predictor.ts';
import { modelFiles, modelUrl, pictureAnswers, pictureBlob, pictureUrl } from './fixtures.ts';

/** The next event of a type; an `error` in its place rejects. */
function next<T>(element: ResnetPredictorElement, type: string): Promise<CustomEvent<T>> {
  return new Promise((resolve, reject) => {
    element.addEventListener(type, (event) => resolve(event as CustomEvent<T>), { once: true });
    if (type === 'error') return;
    element.addEventListener('error', (event) => reject(event.error), { once: true });
  });
}

function make(attributes: Readonly<Record<string, string>> = {}): ResnetPredictorElement {
  const element = document.createElement('resnet-predictor');
  const all = { model: modelUrl, backend: 'wasm', ...attributes };
  for (const [name, value] of Object.entries(all)) element.setAttribute(name, value);
  return element;
}

/** Adds it and waits until the model is there. */
async function show(element: ResnetPredictorElement): Promise<ResnetPredictorElement> {
  const ready = next(element, 'ready');
  document.body.append(element);
  await ready;
  return element;
}

function inside(element: ResnetPredictorElement, part: string): HTMLElement[] {
  return [...element.shadowRoot!.querySelectorAll<HTMLElement>(`[part=${part}]`)];
}

function transferOf(blob: Blob, name: string): DataTransfer {
  const data = new DataTransfer();
  data.items.add(new File([blob], name, { type: blob.type }));
  return data;
}

/** Workers that were started and not ended. */
const workers = new Set<Worker>();
const NativeWorker = globalThis.Worker;
globalThis.Worker = class extends NativeWorker {
  constructor(...parameters: ConstructorParameters<typeof Worker>) {
    super(...parameters);
    workers.add(this);
  }

  override terminate(): void {
    workers.delete(this);
    super.terminate();
  }
};

afterEach(async () => {
  vi.unstubAllGlobals();
  document.body.replaceChildren();
  await vi.waitFor(() => expect(workers.size, 'workers left behind').toBe(0));
});

describe('<resnet-predictor>', () => {
  test('loads its model, classifies its src, and shows the classes', async () => {
    const stages: string[] = [];
    const element = make({ src: pictureUrl('exif-6.jpg'), 'top-k': '3' });
    element.addEventListener('progress', (event) => {
      stages.push(event.detail.stage);
    });
    const prediction = next<Classification>(element, 'prediction');
    await show(element);
    const { detail } = await prediction;
    expect([...new Set(stages)]).toEqual(['backend', 'config', 'weights', 'warmup']);
    expect(detail.predictions.map(({ label }) => label)).toEqual(['dill', 'elder', 'cedar']);
    expect(element.classification).toBe(detail);
    expect(inside(element, 'label').map((label) => label.textContent)).toEqual([
      'dill',
      'elder',
      'cedar',
    ]);
    const [best] = inside(element, 'bar');
    const share = Number(/scaleX\((.+)\)/.exec(best!.style.transform)![1]);
    expect(share).toBeCloseTo(detail.predictions[0]!.probability, 5);
    await vi.waitFor(() => expect(inside(element, 'picture')[0]!.closest('[hidden]')).toBeNull());
    expect((inside(element, 'picture')[0] as HTMLCanvasElement).width).toBe(84);
  });

  test('takes pictures that are dropped, pasted and chosen', async () => {
    const element = await show(make());
    const zone = inside(element, 'zone')[0]!;
    const answers: string[] = [];
    for (const [name, give] of [
      [
        'cmyk.jpg',
        (data: DataTransfer) =>
          zone.dispatchEvent(
            new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }),
          ),
      ],
      [
        'alpha.png',
        (data: DataTransfer) =>
          element.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data })),
      ],
      [
        'flat.png',
        (data: DataTransfer) => {
          const input = element.shadowRoot!.querySelector('input')!;
          input.files = data.files;
          input.dispatchEvent(new Event('change'));
        },
      ],
    ] as const) {
      const prediction = next<Classification>(element, 'prediction');
      give(transferOf(await pictureBlob(name), name));
      const { detail } = await prediction;
      answers.push(`${name} ${detail.width} x ${detail.height}`);
      const expected = pictureAnswers[name]!.probabilities;
      expect(detail.predictions[0]!.index).toBe(expected.indexOf(Math.max(...expected)));
    }
    expect(answers).toEqual(['cmyk.jpg 96 x 72', 'alpha.png 90 x 70', 'flat.png 300 x 11']);
  });

  test('shows where a class was seen, and another by keyboard', async () => {
    const element = await show(make({ map: '' }));
    const answer = await element.classify(await pictureBlob('exif-1.jpg'));
    expect(answer.map).toMatchObject({ classIndex: 1, width: 2, height: 2 });
    const map = inside(element, 'map')[0]!;
    await vi.waitFor(() => expect(map.getBoundingClientRect().width).toBeGreaterThan(10));
    const [first, second] = inside(element, 'result');
    expect(first!.getAttribute('aria-pressed')).toBe('true');
    await userEvent.keyboard('{Tab}{Tab}{Tab}{Enter}');
    await vi.waitFor(() => expect(second!.getAttribute('aria-pressed')).toBe('true'));
    expect(first!.getAttribute('aria-pressed')).toBe('false');
    second!.click();
    await vi.waitFor(() => expect(map.hidden).toBe(true));
  });

  test('several share one worker, and end it with the last', async () => {
    const elements = await Promise.all([make(), make(), make()].map(show));
    expect(workers.size).toBe(1);
    elements[0]!.remove();
    elements[1]!.remove();
    await Promise.resolve();
    expect(workers.size).toBe(1);
    const answer = await elements[2]!.classify(await pictureBlob('exif-3.jpg'));
    expect(answer.predictions[0]!.label).toBe('birch');
    elements[2]!.remove();
    await vi.waitFor(() => expect(workers.size).toBe(0));
  });

  test('keeps its model when it is moved, and loads it again when it comes back', async () => {
    const element = await show(make());
    const { predictor } = element;
    document.body.prepend(element);
    await Promise.resolve();
    expect(element.predictor).toBe(predictor);
    element.remove();
    await vi.waitFor(() => expect(workers.size).toBe(0));
    expect(element.predictor).toBeUndefined();
    await show(element);
    expect(element.predictor).toBeDefined();
  });

  test('removed while loading, it leaves nothing and says nothing', async () => {
    const element = make();
    const heard = vi.fn<() => void>();
    for (const type of ['error', 'ready', 'prediction']) element.addEventListener(type, heard);
    document.body.append(element);
    await vi.waitFor(() => expect(workers.size).toBe(1));
    element.remove();
    await vi.waitFor(() => expect(workers.size).toBe(0));
    expect(heard).not.toHaveBeenCalled();
  });

  test('takes files as its model, and properties from before it was defined', async () => {
    const element = make();
    element.removeAttribute('model');
    const { config, weights } = await modelFiles();
    const files = [
      new File([config], 'config.json'),
      new File([weights], 'model.safetensors'),
      new File([], 'history.csv'),
    ];
    Object.defineProperty(element, 'model', { value: files, configurable: true, writable: true });
    await show(element);
    expect(element.model).toBe(files);
    expect(element.predictor!.model.labels).toHaveLength(5);
  });

  test('says what went wrong, as an event and in words', async () => {
    const element = make({ model: '/nowhere/' });
    const failed = next<never>(element, 'error');
    document.body.append(element);
    expect(((await failed) as unknown as ErrorEvent).error).toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
    expect(inside(element, 'status')[0]!.textContent).toContain('config.json');

    const ready = next(element, 'ready');
    element.setAttribute('model', modelUrl);
    await ready;
    await expect(element.classify(new Blob(['no picture']))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
    const answer = await element.classify(await pictureBlob('grey.jpg'));
    expect(answer.predictions[0]!.label).toBe('cedar');
  });

  test('a picture that the page gets late covers no newer one, and its map lies where it should', async () => {
    const element = await show(make({ map: '' }));
    const [picture, map] = ['picture', 'map'].map((part) => inside(element, part)[0]!);
    const other = await pictureBlob('flat.png');
    const get = globalThis.fetch;
    let letThrough = (): void => undefined;
    vi.stubGlobal('fetch', async (url: string) => {
      await new Promise<void>((resolve) => (letThrough = resolve));
      return await get(url);
    });
    const late = await element.classify(pictureUrl('large.jpg'));
    letThrough();
    const { box } = late.map!;
    await vi.waitFor(() => expect(picture!.closest('[hidden]')).toBeNull());
    expect(map!.hidden).toBe(false);
    expect(Number.parseFloat(map!.style.width)).toBeCloseTo((100 * box.width) / late.width, 2);

    const older = element.classify(pictureUrl('exif-6.jpg'));
    const newer = element.classify(other);
    await expect(older).rejects.toMatchObject({ name: 'AbortError' });
    await newer;
    letThrough();
    await vi.waitFor(() => expect((picture as HTMLCanvasElement).width).toBe(300));
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect((picture as HTMLCanvasElement).width).toBe(300);
  });

  test('is no longer busy, and says no more of it, once a picture was cleared or refused', async () => {
    const element = await show(make());
    const busy = (): string | null => inside(element, 'results')[0]!.getAttribute('aria-busy');
    const cleared = element.classify(await pictureBlob('large.jpg'));
    expect(busy()).toBe('true');
    element.clear();
    await expect(cleared).rejects.toMatchObject({ name: 'AbortError' });
    await expect(element.classify(new Blob(['no picture']))).rejects.toMatchObject({
      code: 'IMAGE_UNREADABLE',
    });
    expect(busy()).toBe('false');
    expect(inside(element, 'status')[0]!.textContent).toBe('');
  });

  test('labels are text, whatever is in them', async () => {
    const { config, weights } = await modelFiles();
    const labels = [
      '<img src=x onerror="window.isInjected=true">',
      '</style><script>',
      '&amp;',
      '__proto__',
      '\u202Eevil',
    ];
    const element = make();
    element.model = { config: { ...JSON.parse(config), label_names: labels }, weights };
    await show(element);
    await element.classify(await pictureBlob('grey.jpg'));
    expect(
      inside(element, 'label')
        .map((label) => label.textContent)
        .sort(),
    ).toEqual(labels.sort());
    expect(element.shadowRoot!.querySelector('img, script')).toBeNull();
    expect('isInjected' in window).toBe(false);
  });

  test('axe finds nothing, empty and with a picture, light and dark', async () => {
    const element = await show(make({ map: '' }));
    for (const scheme of ['light', 'dark']) {
      element.style.colorScheme = scheme;
      for (const step of ['empty', 'answered']) {
        if (step === 'answered') await element.classify(await pictureBlob('exif-1.jpg'));
        else element.clear();
        const { violations } = await axe.run(element);
        expect(violations.map(({ id, help }) => `${scheme} ${step} ${id}: ${help}`)).toEqual([]);
      }
    }
  });
});

test('the class is there for frameworks to extend', () => {
  expect(customElements.get('resnet-predictor')).toBe(ResnetPredictorElement);
});
