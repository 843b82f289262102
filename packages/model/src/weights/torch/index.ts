export { readTorch, type ReadTorchOptions, type TorchFile } from './read.ts';
