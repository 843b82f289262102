import { ModelError } from '../errors.ts';
import { modulePath } from '../weights/parameter-spec.ts';
import { buildNetwork } from './build-network.ts';
import type { ResNetConfig } from './config.ts';
import type { Module, Op } from './module.ts';
import { macs, valueShapes, type ImageShape } from './op-table.ts';
import { countTrainable, specsOf } from './parameter-specs.ts';

/** One op of a net on images of some size. */
export interface LayerRow {
  /** The reference's module name where it has one: `layer1.0.conv1`; else module and op: `maxpool.maxPool`. */
  readonly name: string;
  readonly type: string;
  /** For one image: [height, width, channels], or [features]. */
  readonly outputShape: readonly number[];
  /** Trainable elements. */
  readonly parameters: number;
  /** Multiply-accumulates for one image, of convolutions and linear layers. */
  readonly macs: number;
}

/**
 * Every op of a net on images of `[height, width]`, in order. Needs no backend.
 *
 * @throws {ModelError} INPUT_INVALID when such images are too small for the net; CONFIG_INVALID when
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
  for (const module of buildNetwork(config).modules) {
    const values = valueShapes(module, input);
    module.nodes.forEach(({ op }, i) => rows.push(layerRow(module, op, values[i + 1]!)));
    input = values.at(-1)!;
  }
  return rows;
}

function layerRow(module: Module, op: Op, shape: ImageShape): LayerRow {
  const specs = specsOf(op);
  return {
    name: specs[0] === undefined ? `${module.name}.${op.type}` : modulePath(specs[0]),
    type: op.type === 'batchNorm' && op.activation === 'relu' ? 'batchNorm+relu' : op.type,
    outputShape: shape,
    parameters: countTrainable(specs),
    macs: macs(op, shape),
  };
}
