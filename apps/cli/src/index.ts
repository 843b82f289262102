export { CliError, exitCodes, FailureError, InterruptedError, UsageError } from './errors.ts';
export { type Interrupts, type Io, processIo } from './terminal/io.ts';
export { createProgram, run } from './program.ts';
