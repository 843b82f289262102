import { parseConfig, type ResNetConfig } from '../architecture/config.ts';
import type { StateDict } from '../weights/state-dict.ts';
import { checkReport, compareState } from '../weights/load-report.ts';
import { buildNetwork, numFeatures } from '../architecture/network.ts';
import { networkSpecs } from '../weights/parameter-specs.ts';
import { foldable } from './fold.ts';
import { OnnxWriter } from './onnx-writer.ts';
import { writeOp } from './operations.ts';
import { modelProto } from './proto.ts';
import { join } from './protobuf.ts';

/** The operator set of ONNX 1.12 (2022), and the version of the file format that goes with it. */
const opset = 17;
const irVersion = 8;

export interface WriteOnnxOptions {
  /** Sizes that the input is fixed to; any, where absent. The batch is always free. */
  readonly imageSize?: readonly [height: number, width: number];
  /**
   * `fold` (the default): a batch norm after a convolution becomes part of its weights, which is
   * faster and equal but for rounding. `keep`: each is a node, with torch's names.
   */
  readonly batchNorm?: 'fold' | 'keep';
  /** What the graph is called. */
  readonly name?: string;
  /** Goes to `metadata_props`: labels, preprocessing, what a consumer should know. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * A network in inference as an ONNX file: input `images` `[batch, channels, height, width]`
 * (normalised, channels first, as ONNX and torch have them), output `logits`
 * `[batch, numClasses]`, or `features` of a net without a classifier. Needs no backend.
 *
 * @throws ModelError STATE_MISMATCH listing every difference; CONFIG_INVALID
 */
export function writeOnnx(
  config: ResNetConfig,
  state: StateDict,
  options: WriteOnnxOptions = {},
): Uint8Array<ArrayBuffer> {
  const { imageSize, batchNorm = 'fold', name = 'resnet', metadata = {} } = options;
  const checked = parseConfig(config);
  const network = buildNetwork(checked);
  checkReport('writeOnnx', compareState(networkSpecs(network), state));

  const writer = new OnnxWriter(state);
  let x = 'images';
  for (const segment of network.segments) {
    const norms = batchNorm === 'fold' ? foldable(segment) : new Map<number, never>();
    const foldedNorms = new Set(norms.values());
    const values = [x];
    segment.nodes.forEach(({ op, inputs }, index) => {
      const sources = inputs.map((input) => values[input]!);
      const isFolded = op.type === 'batchNorm' && foldedNorms.has(op);
      const label = `${segment.name}.${op.type}_${index}`;
      values.push(isFolded ? sources[0]! : writeOp(writer, op, label, sources, norms.get(index)));
    });
    x = values.at(-1)!;
  }
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
