export { writeOnnx, type WriteOnnxOptions } from './write-onnx.ts';
