#!/usr/bin/env node
import { parseArgs } from 'node:util';

import { main } from './command.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  strict: false,
  options: {
    cuda: { type: 'boolean' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

const controller = new AbortController();
process.once('SIGINT', () => controller.abort());
process.once('SIGTERM', () => controller.abort());

process.exitCode = await main({
  command: values.help === true ? 'help' : (positionals[0] ?? 'help'),
  cuda: values.cuda === true,
  force: values.force === true,
  json: values.json === true,
  signal: controller.signal,
  out: process.stdout,
  err: process.stderr,
});
