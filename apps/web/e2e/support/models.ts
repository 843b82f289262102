import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = new URL('../../test/fixtures/model/', import.meta.url);
const weights: Buffer = readFileSync(new URL('model.safetensors', folder));
const config: Config = JSON.parse(readFileSync(new URL('config.json', folder), 'utf8'));

interface Config {
  readonly label_names: readonly string[];
  readonly pretrained_cfg: Readonly<Record<string, unknown>>;
  readonly resnet: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export interface ModelFiles {
  readonly config: string;
  readonly weights: Uint8Array;
}

/** The classes of the tests' model, by index. */
export const labels: readonly string[] = config.label_names;

/** The tests' model, a net of four small blocks, or a changed one. */
export function model(
  changes: Readonly<Record<string, unknown>> = {},
  bytes = weights,
): ModelFiles {
  return { config: JSON.stringify({ ...config, ...changes }), weights: bytes };
}

/** Labels that would do harm if they were ever taken for HTML, or for a formula. */
export const hostileLabels: readonly string[] = [
  '<img src=x onerror="globalThis.violations.push(1)">',
  '</span><script>globalThis.violations.push(2)</script>',
  '=HYPERLINK("https://evil.example","click")',
  'A label without an end '.repeat(40),
  '\u202Edeppilf',
];

export const models = {
  hostile: model({ label_names: hostileLabels }),
  huge: model({ pretrained_cfg: { ...config.pretrained_cfg, input_size: [3, 100_000, 100_000] } }),
  cut: model({}, weights.subarray(0, 50_000)),
  notANumber: model({}, withNaN()),
  relabelled: model({ label_names: ['north', 'east', 'south', 'west', 'up'] }),
} satisfies Record<string, ModelFiles>;

/** The tests' model in the demo model's place, so that tests do not depend on what that has learnt. */
export function demoFiles(
  more: ReadonlyMap<string, Uint8Array | string> = new Map(),
): Map<string, Uint8Array | string> {
  return new Map([...served('/models/demo/', model()), ...more]);
}

/** A model as a server has it under a path. */
export function served(
  path: string,
  { config: text, weights: bytes }: ModelFiles,
): [string, Uint8Array | string][] {
  return [
    [`${path}config.json`, text],
    [`${path}model.safetensors`, bytes],
  ];
}

/** A model as a run folder on disk, with what else lies in one. */
export function runFolder({ config: text, weights: bytes }: ModelFiles): string {
  const path = mkdtempSync(join(tmpdir(), 'resnet-run-'));
  writeFileSync(join(path, 'config.json'), text);
  writeFileSync(join(path, 'model.safetensors'), bytes);
  writeFileSync(join(path, 'history.csv'), 'epoch,loss\n1,0.5\n');
  writeFileSync(join(path, 'curves.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>');
  return path;
}

/** The last weight is not a number. */
function withNaN(): Buffer {
  const changed = Buffer.from(weights);
  changed.writeUInt16LE(0x7e00, changed.length - 2);
  return changed;
}

/** The tests' model with so many classes: those that it has, again and again. */
export function withClasses(count: number): ModelFiles {
  const start = 8 + Number(weights.readBigUInt64LE(0));
  const { __metadata__: _, ...tensors }: Record<string, Tensor> = JSON.parse(
    weights.toString('utf8', 8, start),
  );
  const header: Record<string, Tensor> = {};
  const parts: Buffer[] = [];
  let end = 0;
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(tensors)) {
    const data = weights.subarray(start + from, start + to);
    const isHead = name.startsWith('fc.');
    const row = data.length / labels.length;
    const rows = Array.from({ length: count }, (_row, i) => {
      const at = (i % labels.length) * row;
      return data.subarray(at, at + row);
    });
    const part = isHead ? Buffer.concat(rows) : data;
    header[name] = {
      dtype,
      shape: isHead ? [count, ...shape.slice(1)] : shape,
      data_offsets: [end, end + part.length],
    };
    parts.push(part);
    end += part.length;
  }
  const json = Buffer.from(JSON.stringify(header));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return model(
    {
      num_classes: count,
      label_names: Array.from({ length: count }, (_name, i) => `kind ${i}`),
      resnet: { ...config.resnet, numClasses: count },
    },
    Buffer.concat([size, json, ...parts]),
  );
}

interface Tensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}
