import { packageConfig } from '@resnet/test-config/vitest';

// Whole installations, builds and releases: half a minute each, and more on a busy machine.
export default packageConfig({ test: { testTimeout: 240_000, hookTimeout: 300_000 } });
