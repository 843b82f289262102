import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * The Python that has the peers: `RESNET_BENCH_PYTHON`, or a virtual environment in the user's
 * cache, made on first use with the PyTorch that pip's index has; benchmarks run it on the CPU.
 */
export function peerPython() {
  if (process.env.RESNET_BENCH_PYTHON) return process.env.RESNET_BENCH_PYTHON;
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
  const folder = join(cache, 'resnet', 'bench-venv');
  const python = join(folder, 'bin', 'python');
  if (spawnSync(python, ['-c', 'import torch, PIL']).status === 0) return python;
  console.error(`Installing PyTorch into ${folder} (once)…`);
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true });
  for (const args of [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', 'torch==2.13.0', 'numpy', 'pillow'],
  ]) {
    const { status } = spawnSync(args[0], args.slice(1), { stdio: 'inherit' });
    if (status !== 0) throw new Error(`could not set up the peer: ${args.join(' ')}`);
  }
  return python;
}
