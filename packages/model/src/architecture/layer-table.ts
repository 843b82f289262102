import type { ResNetConfig } from './config.ts';
import { ModelError } from '../errors.ts';
import { buildNetwork } from './network.ts';
import { macs, outputShape, type ImageShape } from './output-shape.ts';
import { nodeSpecs, sizeOf } from '../weights/parameter-specs.ts';

export interface LayerRow {
  /** The reference's module name where it has one: `layer1.0.conv1`; else block and operation. */
  readonly name: string;
  readonly type: string;
  /** For one image: [height, width, channels], or [features]. */
  readonly outputShape: readonly number[];
  /** Trainable numbers. */
  readonly parameters: number;
  /** Multiply-accumulates for one image, of convolutions and linear layers. */
  readonly macs: number;
}

/**
 * Every operation of a net on images of `[height, width]`, in order. Needs no backend.
 *
 * @throws ModelError INPUT_INVALID where such images are too small for the net; CONFIG_INVALID where
 *   it has more than 10,000 blocks
 */
export function layerTable(
  config: ResNetConfig,
  inputSize: readonly [height: number, width: number],
): readonly LayerRow[] {
  if (!inputSize.every((size) => Number.isInteger(size) && size > 0)) {
    throw new ModelError(
      'INPUT_INVALID',
      `layerTable: the input size is two positive integers, received [${inputSize.join(', ')}]`,
    );
  }
  const rows: LayerRow[] = [];
  let input: ImageShape = [...inputSize, config.inChannels];
  for (const segment of buildNetwork(config).segments) {
    const values = [input];
    for (const node of segment.nodes) {
      const { op } = node;
      const shape = outputShape(
        op,
        node.inputs.map((index) => values[index]!),
      );
      values.push(shape);
      rows.push({
        name: 'path' in op ? op.path : `${segment.name}.${op.type}`,
        type: op.type === 'batchNorm' && op.activation === 'relu' ? 'batchNorm+relu' : op.type,
        outputShape: shape,
        parameters: nodeSpecs(node)
          .filter((spec) => spec.trainable)
          .reduce((sum, spec) => sum + sizeOf(spec.shape), 0),
        macs: macs(op, shape),
      });
    }
    input = values.at(-1)!;
  }
  return rows;
}
