import * as tf from '@tensorflow/tfjs-core';
// TEMPORARY until src/backends lands.
export async function startBackend(choice: string): Promise<{ name: string; reason: string }> {
  const name = choice === 'auto' ? 'cpu' : choice;
  if (name === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend(name);
  return { name, reason: 'temporary' };
}
