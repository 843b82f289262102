export { writeOnnx, type WriteOnnxOptions } from './write.ts';
