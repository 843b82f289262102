import { packageConfig } from '@resnet/test-config/vitest';

export default packageConfig();
