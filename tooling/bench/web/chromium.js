import { findChromium } from '@resnet/test-config/browser';
import { chromium } from 'playwright';

/** Headless, with WebGPU: on SwiftShader where there is no GPU. */
export function startChromium() {
  const found = findChromium();
  if ('missing' in found) throw new Error(found.missing);
  return chromium.launch({
    executablePath: found.executable,
    args: [...found.args, '--enable-unsafe-webgpu'],
  });
}
