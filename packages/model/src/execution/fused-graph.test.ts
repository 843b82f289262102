import { describe, expect, it } from 'vitest';

import { SegmentBuilder, type BatchNormOp, type Conv2dOp } from '../architecture/module.ts';
import { planInference, type Step } from './fused-graph.ts';

function conv(path: string): Conv2dOp {
  const shape = { inChannels: 4, outChannels: 4, kernelSize: 3, groups: 1 };
  return { type: 'conv2d', path, ...shape, stride: 1, padding: 1, dilation: 1 };
}

function norm(path: string, activation: BatchNormOp['activation'] = 'none'): BatchNormOp {
  return { type: 'batchNorm', path, channels: 4, epsilon: 1e-5, activation };
}

/** The steps for what `build` does to a segment's input: `conv + norm + relu`, and what they take. */
function plan(build: (segment: SegmentBuilder) => void): string[] {
  const segment = new SegmentBuilder();
  build(segment);
  return planInference([segment.build('block', 'features', true)]).steps.map(describeStep);
}

function describeStep({ op, inputs }: Step): string {
  if (op.type !== 'fusedConv') return `${op.type} of ${inputs.join(', ')}`;
  const parts = [op.conv.path, op.norm?.path, op.activation === 'relu' ? 'relu' : undefined];
  return `${parts.filter((part) => part !== undefined).join(' + ')} of ${inputs.join(', ')}`;
}

describe('planInference', () => {
  it('makes a norm, an addition and a ReLU part of the convolution before', () => {
    const steps = plan((segment) => {
      const first = segment.add(norm('bn1', 'relu'), segment.add(conv('conv1'), segment.input));
      const second = segment.add(norm('bn2'), segment.add(conv('conv2'), first));
      segment.add({ type: 'addRelu' }, second, segment.input);
    });
    expect(steps).toEqual(['conv1 + bn1 + relu of 0', 'conv2 + bn2 + relu of 1, 0']);
  });

  it('leaves a convolution that others take too as it is', () => {
    const steps = plan((segment) => {
      const shared = segment.add(conv('conv1'), segment.input);
      segment.add({ type: 'add' }, segment.add(norm('bn1'), shared), shared);
    });
    expect(steps).toEqual(['conv1 of 0', 'batchNorm of 1', 'add of 2, 1']);
  });

  it('takes in one norm and one addition, in this order and before a ReLU', () => {
    const twice = plan((segment) => {
      const first = segment.add(norm('bn1'), segment.add(conv('conv1'), segment.input));
      segment.add(norm('bn2'), first);
    });
    expect(twice).toEqual(['conv1 + bn1 of 0', 'batchNorm of 1']);
    const late = plan((segment) => {
      const sum = segment.add({ type: 'add' }, segment.add(conv('conv1'), 0), segment.input);
      const again = segment.add({ type: 'add' }, segment.relu(sum), segment.input);
      segment.add(norm('bn1'), again);
    });
    expect(late).toEqual(['conv1 + relu of 0, 0', 'add of 1, 0', 'batchNorm of 2']);
  });
});
