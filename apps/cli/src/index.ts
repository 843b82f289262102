export { CliError, exitCodes, FailureError, InterruptedError, UsageError } from './errors.ts';
export { type Interrupts, type Io, processIo } from './io.ts';
export { createProgram, run } from './program.ts';
