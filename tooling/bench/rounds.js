import { createInterface } from 'node:readline';

/**
 * An implementation's side of the protocol in `alternate.js`: says that it is ready, then does its work
 * once for each line on standard input, and tells how long that took, how much of the CPUs'
 * time, and the most memory that the process has held.
 *
 * @param {object} ready what it is: version, threads
 * @param {() => object | Promise<object>} work gives what else to tell: `{ images }`
 */
export async function answerRuns(ready, work) {
  console.log(JSON.stringify(ready));
  for await (const _ of createInterface({ input: process.stdin })) {
    const cpu = process.cpuUsage();
    const began = performance.now();
    const result = await work();
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const peakMB = process.resourceUsage().maxRSS / 1024;
    const cpuSeconds = (user + system) / 1e6;
    console.log(JSON.stringify({ seconds, cpuSeconds, peakMB, ...result }));
  }
  process.exit(0);
}
