export { hashString, Random, type RandomState } from './random.ts';
