import { fileURLToPath } from 'node:url';

import { testPageExample } from '@resnet/test-config/page-example';

testPageExample(fileURLToPath(new URL('../', import.meta.url)), { isBuilt: true });
