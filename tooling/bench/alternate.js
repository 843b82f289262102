import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** The path of an implementation's file. */
export const implementationFile = (name) =>
  fileURLToPath(new URL(`./implementations/${name}`, import.meta.url));

/** How each kind of implementation is told of its number of threads; 0 leaves it to them. */
export function threadSettings(count) {
  if (count === 0) return {};
  return {
    TF_NUM_INTRAOP_THREADS: String(count),
    OMP_NUM_THREADS: String(count),
    RESNET_BENCH_THREADS: String(count),
  };
}

/**
 * An implementation: a process that prints one JSON line when ready, then for each line `run` on its
 * standard input does its work once and prints one JSON line `{ seconds, images, ... }`. It sits
 * idle between, so that implementations can take turns on the same cores.
 */
export class Implementation {
  #child;
  #lines;
  #stderr = '';

  constructor(name, command, args, env = {}) {
    this.name = name;
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-4000);
    });
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  async #next() {
    for (;;) {
      const { value, done } = await this.#lines.next();
      if (done) throw new Error(`${this.name} ended early:\n${this.#stderr}`);
      if (value.startsWith('{')) return JSON.parse(value);
    }
  }

  /** What the implementation says of itself: versions, threads. */
  ready() {
    return this.#next();
  }

  async run() {
    this.#child.stdin.write('run\n');
    return this.#next();
  }

  stop() {
    this.#child.stdin.end();
    this.#child.kill();
  }
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

// Threads that have worked look for more work for a while, on a CPU that the next one needs.
const pauseMs = 300;

/** Lets the implementations take turns; gives each one's rounds. */
export async function alternate(implementations, rounds) {
  const results = implementations.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, implementation] of implementations.entries()) {
      await sleep(pauseMs);
      results[i].push(await implementation.run());
    }
  }
  return results;
}

/** Images a second of a round. */
export const rate = ({ images, seconds }) => images / seconds;

/** Milliseconds of CPU time an image of a round. */
export const cost = ({ images, cpuSeconds }) => (1000 * cpuSeconds) / images;

/** One's rate over another's in the same rounds: the median, and how far apart they are. */
export function compareRounds(one, other) {
  const ratios = one.map((round, i) => rate(round) / rate(other[i]));
  return {
    ratio: median(ratios).toFixed(2),
    'min-max': `${Math.min(...ratios).toFixed(2)}-${Math.max(...ratios).toFixed(2)}`,
  };
}
