import { readFileSync } from 'node:fs';

/** Flags of /proc/cpuinfo that stand for products of bfloat16: Intel's and AMD's, and Arm's. */
const instructions = ['avx512_bf16', 'amx_bf16', 'bf16'];

/**
 * Which bfloat16 instructions the processor has, by their names in /proc/cpuinfo; empty where it
 * has none, or where there is no such file to tell (macOS).
 */
export function bfloat16Support(file = '/proc/cpuinfo'): readonly string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return [];
  }
  const line = /^(?:flags|Features)\s*:(.*)$/m.exec(text)?.[1] ?? '';
  const flags = new Set(line.trim().split(/\s+/));
  return instructions.filter((name) => flags.has(name));
}
