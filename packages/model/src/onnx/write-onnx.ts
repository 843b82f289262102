import { join } from '@resnet/kernels/protobuf';

import { buildNetwork, numFeatures } from '../architecture/build-network.ts';
import { parseConfig, type ResNetConfig } from '../architecture/config.ts';
import { fuseConvBatchNorm } from '../architecture/fuse-conv-batch-norm.ts';
import type { Module } from '../architecture/module.ts';
import { moduleSpecs } from '../architecture/parameter-specs.ts';
import { checkReport, compareState } from '../weights/load-report.ts';
import type { StateDict } from '../weights/state-dict.ts';
import { modelProto } from './model-proto.ts';
import { OnnxWriter } from './onnx-writer.ts';
import { writeFoldedConv, writeOp } from './op-table.ts';

/** The operator set of ONNX 1.12 (2022), and the version of the file format that goes with it. */
const opset = 17;
const irVersion = 8;

/** Options of {@link writeOnnx}. */
export interface WriteOnnxOptions {
  /** Sizes that the input is fixed to; any, where absent. The batch is always free. */
  readonly imageSize?: readonly [height: number, width: number];
  /**
   * `fold`: a batch norm after a convolution becomes part of its weights, which is
   * faster and equal but for rounding. `keep`: each is a node, with torch's names. Default 'fold'.
   */
  readonly batchNorm?: 'fold' | 'keep';
  /** What the graph is called. Default 'resnet'. */
  readonly name?: string;
  /** Goes to `metadata_props`: labels, preprocessing, what a consumer should know. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A network in inference as an ONNX file: input `images` `[batch, channels, height, width]`
 * (normalised, channels first, as ONNX and torch have them), output `logits`
 * `[batch, numClasses]`, or `features` of a net without a classifier. Needs no backend.
 *
 * @throws {ModelError} STATE_MISMATCH when the state does not fit, listing every difference;
 *   CONFIG_INVALID when the config is wrong
 */
export function writeOnnx(
  config: ResNetConfig,
  state: StateDict,
  options: WriteOnnxOptions = {},
): Uint8Array<ArrayBuffer> {
  const { imageSize, batchNorm = 'fold', name = 'resnet', metadata = {} } = options;
  const checked = parseConfig(config);
  const network = buildNetwork(checked);
  checkReport('writeOnnx', compareState(moduleSpecs(network.modules), state));

  const writer = new OnnxWriter(state);
  let x = 'images';
  for (const module of network.modules) x = writeModule(writer, module, batchNorm, x);
  const output = checked.numClasses > 0 ? 'logits' : 'features';
  writer.renameOutput(x, output);

  const [height, width] = imageSize ?? ['height', 'width'];
  const pooled = numFeatures(checked) * (checked.globalPool === 'catavgmax' ? 2 : 1);
  const graph = {
    name,
    nodes: writer.nodes,
    initializers: writer.initializers,
    input: { name: 'images', shape: ['batch', checked.inChannels, height, width] },
    output: { name: output, shape: ['batch', checked.numClasses || pooled] },
  };
  return join(modelProto({ irVersion, opset, producer: '@resnet/model', graph, metadata }));
}

/** Gives the name of the module's output. */
function writeModule(
  writer: OnnxWriter,
  module: Module,
  batchNorm: 'fold' | 'keep',
  input: string,
): string {
  const blocks = batchNorm === 'fold' ? fuseConvBatchNorm(module, 'batchNorm') : [];
  const blockAt = new Map(blocks.map((block) => [block.nodes.at(-1)!, block]));
  const inside = new Set(blocks.flatMap(({ nodes }) => nodes));
  const values = [input];
  module.nodes.forEach(({ op, inputs }, index) => {
    const block = blockAt.get(index);
    if (block?.batchNorm !== undefined) {
      const x = values[block.input]!;
      values[index + 1] = writeFoldedConv(writer, block.conv, block.batchNorm, x);
    } else if (block !== undefined || !inside.has(index)) {
      const sources = inputs.map((value) => values[value]!);
      values[index + 1] = writeOp(writer, op, `${module.name}.${op.type}_${index}`, sources);
    }
  });
  return values.at(-1)!;
}
