import { readFileSync, writeFileSync } from 'node:fs';

import { expect, it } from 'vitest';

import {
  layerTable,
  listModels,
  modelConfig,
  parameterCount,
  type ResNetConfig,
} from '../src/index.ts';

const published: { hub: Record<string, string> } = JSON.parse(
  readFileSync(new URL('fixtures/published-weights.json', import.meta.url), 'utf8'),
);
const readme = new URL('../README.md', import.meta.url);
const section = /(<!-- models: begin[^>]*-->\n)([\s\S]*?)(<!-- models: end -->)/;

it('lists the models of the zoo in the README', () => {
  const text = readFileSync(readme, 'utf8');
  const expected = text.replace(
    section,
    (_, begin: string, __, end: string) => `${begin}\n${table()}\n\n${end}`,
  );
  if (process.env['RESNET_UPDATE_README']) writeFileSync(readme, expected);
  expect(text, 'run the test with RESNET_UPDATE_README=1 and format').toMatch(section);
  expect(cells(readFileSync(readme, 'utf8'))).toEqual(cells(expected));
});

function table(): string {
  const rows = listModels().map((name) => {
    const config = modelConfig(name);
    const size = config.stem === 'cifar' ? 32 : 224;
    const macs = layerTable(config, [size, size]).reduce((sum, row) => sum + row.macs, 0);
    const parameters = parameterCount(config).toLocaleString('en-US');
    const gmacs = (macs / 1e9).toFixed(macs < 1e9 ? 3 : 2);
    const cells = [parameters, gmacs, size, paper(config), reference(name, config), weights(name)];
    return `| \`${name}\` | ${cells.join(' | ')} |`;
  });
  return [
    '| Model | Parameters | GMACs | at | Paper | Reference | Weights |',
    '| - | -: | -: | -: | - | - | - |',
    ...rows,
  ].join('\n');
}

function paper(config: ResNetConfig): string {
  const link = (title: string, id: string): string => `[${title}](https://arxiv.org/abs/${id})`;
  if (config.attention === 'se') return link('SE', '1709.01507');
  if (config.groups > 1) return link('ResNeXt', '1611.05431');
  if (config.baseWidth > 64) return link('Wide ResNet', '1605.07146');
  if (config.stem === 'deep') return link('Bag of Tricks', '1812.01187');
  if (config.order === 'fullPreActivation') return link('Identity Mappings', '1603.05027');
  return link('ResNet', '1512.03385');
}

/** Whose parameter names and values it has. */
function reference(name: string, config: ResNetConfig): string {
  if (config.stem === 'cifar' || config.shortcut === 'none') return 'the paper';
  const isTorchvision = /^(resnet\d+|resnext\w+|wide_\w+)$/.test(name);
  return isTorchvision ? 'torchvision, timm' : 'timm';
}

/** Where timm's default weights are, if it has any: as `resnet import` and `--weights` take them. */
function weights(name: string): string {
  const repository = published.hub[name];
  return repository === undefined
    ? ''
    : `[\`hf:${repository}\`](https://huggingface.co/${repository})`;
}

/** Without the formatter's padding. */
function cells(markdown: string): string {
  return (section.exec(markdown)?.[2] ?? '')
    .replaceAll(/ *\| */g, '|')
    .replaceAll(/:?-+:?/g, '-')
    .trim();
}
