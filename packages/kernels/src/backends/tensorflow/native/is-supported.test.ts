import { describeBackends } from '@resnet/test-config/backends';
import { expect, it } from 'vitest';

import { tensorflow } from '../backend.ts';
import { isSupported } from './is-supported.ts';

describeBackends(['tensorflow'], () => {
  it('has the native kernels on a CPU after `resnet setup`, so that other tests test them', () => {
    expect(isSupported()).toBe(!tensorflow().binding.isUsingGpuDevice());
  });
});
