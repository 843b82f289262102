import { ModelError } from '../errors.ts';
import { parseConfig, resnetConfig, type ResNetConfig } from './config.ts';

type Options = Partial<ResNetConfig>;

const basic = (layers: readonly number[], options: Options = {}): ResNetConfig =>
  resnetConfig({ block: 'basic', layers, ...options });

const bottleneck = (layers: readonly number[], options: Options = {}): ResNetConfig =>
  resnetConfig({ block: 'bottleneck', layers, ...options });

/** Three stages of 6 n layers in all, arXiv 1512.03385 section 4.2, with its option A. */
const cifar = (depth: number, options: Options = {}): ResNetConfig =>
  basic(
    Array.from({ length: 3 }, () => (depth - 2) / 6),
    {
      channels: [16, 32, 64],
      stem: 'cifar',
      stemWidth: 16,
      shortcutOption: 'A',
      numClasses: 10,
      ...options,
    },
  );

/** Bottlenecks of the same widths, 9 n layers, arXiv 1603.05027. */
const cifarV2 = (depth: number): ResNetConfig =>
  bottleneck(
    Array.from({ length: 3 }, () => (depth - 2) / 9),
    {
      channels: [16, 32, 64],
      stem: 'cifar',
      stemWidth: 16,
      order: 'fullPreActivation',
      numClasses: 10,
    },
  );

const plain: Options = { shortcut: 'none' };
const deepStem: Options = { stem: 'deep', stemWidth: 32 };
const d: Options = { ...deepStem, downsample: 'averagePool' };
const se: Options = { attention: 'se' };
const v2: Options = { order: 'fullPreActivation' };
const next = (groups: number, baseWidth: number): Options => ({ groups, baseWidth });

/** Names as torchvision and timm have them; where they have none, as the papers' depths suggest. */
const zoo: Readonly<Record<string, () => ResNetConfig>> = {
  resnet18: () => basic([2, 2, 2, 2]),
  resnet34: () => basic([3, 4, 6, 3]),
  resnet50: () => bottleneck([3, 4, 6, 3]),
  resnet101: () => bottleneck([3, 4, 23, 3]),
  resnet152: () => bottleneck([3, 8, 36, 3]),

  resnext50_32x4d: () => bottleneck([3, 4, 6, 3], next(32, 4)),
  resnext101_32x8d: () => bottleneck([3, 4, 23, 3], next(32, 8)),
  resnext101_64x4d: () => bottleneck([3, 4, 23, 3], next(64, 4)),
  wide_resnet50_2: () => bottleneck([3, 4, 6, 3], { baseWidth: 128 }),
  wide_resnet101_2: () => bottleneck([3, 4, 23, 3], { baseWidth: 128 }),

  resnet18d: () => basic([2, 2, 2, 2], d),
  resnet34d: () => basic([3, 4, 6, 3], d),
  resnet50d: () => bottleneck([3, 4, 6, 3], d),
  resnet101d: () => bottleneck([3, 4, 23, 3], d),
  resnet152d: () => bottleneck([3, 8, 36, 3], d),

  seresnet18: () => basic([2, 2, 2, 2], se),
  seresnet34: () => basic([3, 4, 6, 3], se),
  seresnet50: () => bottleneck([3, 4, 6, 3], se),
  seresnet101: () => bottleneck([3, 4, 23, 3], se),
  seresnet152: () => bottleneck([3, 8, 36, 3], se),
  seresnext50_32x4d: () => bottleneck([3, 4, 6, 3], { ...next(32, 4), ...se }),

  resnetv2_50: () => bottleneck([3, 4, 6, 3], v2),
  resnetv2_101: () => bottleneck([3, 4, 23, 3], v2),
  resnetv2_152: () => bottleneck([3, 8, 36, 3], v2),

  plain18: () => basic([2, 2, 2, 2], plain),
  plain34: () => basic([3, 4, 6, 3], plain),

  resnet20: () => cifar(20),
  resnet32: () => cifar(32),
  resnet44: () => cifar(44),
  resnet56: () => cifar(56),
  resnet110: () => cifar(110),
  resnet1202: () => cifar(1202),

  plain20: () => cifar(20, plain),
  plain32: () => cifar(32, plain),
  plain44: () => cifar(44, plain),
  plain56: () => cifar(56, plain),
  plain110: () => cifar(110, plain),

  resnetv2_164: () => cifarV2(164),
  resnetv2_1001: () => cifarV2(1001),
};

/**
 * Names of the models on offer, in the zoo's order.
 *
 * @param filter a glob where `*` stands for anything, as timm's `list_models` takes: `resnet*d`
 */
export function listModels(filter = '*'): readonly string[] {
  const pattern = filter
    .split('*')
    .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, String.raw`\$&`))
    .join('.*');
  const expression = new RegExp(`^${pattern}$`);
  return Object.keys(zoo).filter((name) => expression.test(name));
}

/** Whether the zoo has a model of this name. */
export function isModelName(name: string): boolean {
  return Object.hasOwn(zoo, name);
}

/**
 * The config of a model of the zoo, with what `overrides` has changed:
 * `modelConfig('resnet50', { numClasses: 5, strideOn: '1x1' })`.
 *
 * @throws {ModelError} MODEL_UNKNOWN when none has the name, with near ones as the hint; CONFIG_INVALID
 *   when an override is wrong
 */
export function modelConfig(name: string, overrides: Partial<ResNetConfig> = {}): ResNetConfig {
  const build = Object.hasOwn(zoo, name) ? zoo[name] : undefined;
  if (build === undefined) {
    const near = nearest(name);
    throw new ModelError(
      'MODEL_UNKNOWN',
      `modelConfig: no model is named '${name.slice(0, 100)}'`,
      { hint: `Did you mean ${near.join(', ')}? listModels() names them all.` },
    );
  }
  return parseConfig({ ...build(), ...overrides });
}

function nearest(name: string): string[] {
  const wanted = name.toLowerCase().slice(0, 100);
  return Object.keys(zoo)
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}

/** Levenshtein's distance, a row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(substitution, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
