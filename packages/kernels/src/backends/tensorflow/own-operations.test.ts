import { describeBackends } from '@resnet/test-config/backends';
import { expect, it } from 'vitest';

import { tensorflow } from './backend.ts';
import { hasOwnOperations } from './own-operations.ts';

describeBackends(['tensorflow'], () => {
  it('are there on a processor after `resnet setup`, so that other tests test them', () => {
    expect(hasOwnOperations()).toBe(!tensorflow().binding.isUsingGpuDevice());
  });
});
