// Started by diagnose.ts as a process of its own: a driver that crashes takes only this one along.
import { compareWithCpu, measure, type ProbeAnswer } from './probe.ts';
import { backends } from './select.ts';
import { backendNames } from './types.ts';

const name = backendNames.find((known) => known === process.argv[2]);
if (name === undefined || process.send === undefined) throw new Error('started by hand');

const reply = (answer: ProbeAnswer): Promise<void> =>
  new Promise((resolve) => void process.send?.(answer, undefined, undefined, () => resolve()));

// Also when the parent is gone: a driver's thread must not keep this process for ever.
process.once('disconnect', () => process.exit());

const found = await backends[name].check();
if (found !== undefined && 'problem' in found) {
  await reply(found);
} else {
  try {
    await backends.cpu.start();
    const started = await backends[name].start();
    const maxError = await compareWithCpu(name);
    await reply({ detail: started.detail, maxError, ...(await measure()), ...found });
    await started.dispose();
  } catch (error) {
    await reply({ problem: error instanceof Error ? error.message : String(error) });
  }
}
process.disconnect();
