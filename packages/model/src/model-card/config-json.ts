/* oxlint-disable typescript/no-unsafe-type-assertion -- values are narrowed by the checks around them */
import { numFeatures } from '../architecture/build-network.ts';
import { parseConfig, type ResNetConfig } from '../architecture/config.ts';
import { namesOf } from '../architecture/reference-names.ts';
import { isModelName, modelConfig } from '../architecture/zoo.ts';
import { parseJson } from '../untrusted-json.ts';
import {
  invalid,
  isRecord,
  readInteger,
  readLabels,
  readNumbers,
  readPretrained,
  type Fields,
} from './fields.ts';
import type { ModelCard } from './model-card.ts';

/** timm's `create_model` arguments that change what a config says, and the field each changes. */
const modelArguments: Readonly<Record<string, keyof ResNetConfig>> = {
  in_chans: 'inChannels',
  num_classes: 'numClasses',
  global_pool: 'globalPool',
  output_stride: 'outputStride',
  drop_rate: 'dropRate',
  drop_path_rate: 'dropPathRate',
};

/**
 * Reads `config.json` as timm and Hugging Face write it (timm's older flat form too). A net that
 * no name expresses is in our own `resnet` key, which timm ignores.
 *
 * @throws {ModelError} MODEL_FILE_INVALID when a field is wrong, naming it; MODEL_UNKNOWN when the
 *   architecture is not in the zoo; CONFIG_INVALID when its arguments make no net
 */
export function parseModelConfig(source: string | object): ModelCard {
  const file = typeof source === 'string' ? readJson(source) : source;
  if (!isRecord(file)) throw invalid('the file', 'a JSON object', file);
  // timm once wrote a single flat object.
  const pretrained = file['pretrained_cfg'] ?? file;
  if (!isRecord(pretrained)) throw invalid('pretrained_cfg', 'an object', pretrained);
  const { architecture } = file;
  if (typeof architecture !== 'string') {
    const expected =
      file['model_type'] === undefined
        ? 'a name'
        : 'a name, as timm writes it; this is a model of the transformers library, whose parameters have other names, and those are not read';
    throw invalid('architecture', expected, architecture);
  }

  const config =
    file['resnet'] === undefined
      ? namedConfig(architecture, file, pretrained)
      : parseConfig(file['resnet']);
  const classes = readInteger('num_classes', file['num_classes'] ?? config.numClasses, 0);
  if (classes !== config.numClasses) {
    throw invalid('num_classes', `${config.numClasses}, as the net has`, classes);
  }
  const names = file['label_names'] ?? pretrained['label_names'] ?? pretrained['labels'];
  return {
    architecture,
    config,
    labelNames: readLabels(names, classes),
    pretrainedCfg: readPretrained(pretrained, config.inChannels),
  };
}

function namedConfig(architecture: string, file: Fields, pretrained: Fields): ResNetConfig {
  const overrides: Record<string, unknown> = {};
  const classes = file['num_classes'] ?? pretrained['num_classes'];
  if (classes !== undefined) overrides['numClasses'] = classes;
  const [channels] = readNumbers('input_size', pretrained['input_size'] ?? [3, 224, 224], 3);
  overrides['inChannels'] = channels;

  const given = file['model_args'] ?? {};
  if (!isRecord(given)) throw invalid('model_args', 'an object', given);
  for (const [name, value] of Object.entries(given)) {
    if (name === 'zero_init_last') continue; // how weights start, not what the net is
    const field = Object.hasOwn(modelArguments, name) ? modelArguments[name] : undefined;
    if (field === undefined) {
      const known = Object.keys(modelArguments).join(', ');
      throw invalid('model_args', `among ${known}; others change the net in unknown ways`, name);
    }
    overrides[field] = value;
  }
  return modelConfig(architecture, overrides);
}

/**
 * What goes to `config.json`: what timm loads by `create_model('local-dir:FOLDER')`, with our own
 * `resnet` key only where the architecture's name and timm's arguments cannot express the net.
 *
 * @returns a JSON object; `JSON.stringify(formatModelConfig(card), null, 2)` is the file
 * @throws {ModelError} MODEL_FILE_INVALID when labels or preprocessing do not fit the net
 */
export function formatModelConfig(card: ModelCard): Record<string, unknown> {
  const { architecture, config, pretrainedCfg } = card;
  const names = namesOf(config);
  const args = timmArguments(architecture, config);
  const file = {
    architecture,
    num_classes: config.numClasses,
    num_features: numFeatures(config),
    global_pool: config.globalPool,
    ...(config.numClasses > 0
      ? { label_names: readLabels(card.labelNames, config.numClasses) }
      : {}),
    ...(args !== undefined && Object.keys(args).length > 0 ? { model_args: args } : {}),
    pretrained_cfg: {
      custom_load: false,
      input_size: [...pretrainedCfg.inputSize],
      fixed_input_size: false,
      interpolation: pretrainedCfg.interpolation,
      crop_pct: pretrainedCfg.cropPct,
      crop_mode: 'center',
      mean: [...pretrainedCfg.mean],
      std: [...pretrainedCfg.std],
      num_classes: config.numClasses,
      pool_size: null,
      first_conv: names.stemConv + (config.stem.startsWith('deep') ? '.0' : ''),
      classifier: names.classifier,
    },
    ...(args === undefined ? { resnet: config } : {}),
  };
  readPretrained(file.pretrained_cfg, config.inChannels); // throws for what could not be read
  return file;
}

/** What to add to the architecture's name, or undefined where that does not make this config. */
function timmArguments(
  architecture: string,
  config: ResNetConfig,
): Record<string, unknown> | undefined {
  if (!isModelName(architecture)) return undefined;
  const base = modelConfig(architecture, { numClasses: config.numClasses });
  const args: Record<string, unknown> = {};
  const expressible = new Map(Object.entries(modelArguments).map(([arg, field]) => [field, arg]));
  for (const key of Object.keys(config) as (keyof ResNetConfig)[]) {
    if (JSON.stringify(config[key]) === JSON.stringify(base[key])) continue;
    const argument = expressible.get(key);
    if (argument === undefined) return undefined;
    args[argument] = config[key];
  }
  return args;
}

function readJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw invalid(
      'the file',
      `JSON (${(cause as Error).message.slice(0, 100)})`,
      'other text',
      cause,
    );
  }
}
