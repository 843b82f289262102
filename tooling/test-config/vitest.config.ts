import { packageConfig } from './vitest.js';

export default packageConfig();
