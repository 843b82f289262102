import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { registerCommands } from './commands/register-commands.ts';
import { describeFailure, exitCodes, InterruptedError } from './errors.ts';
import type { Io } from './terminal/io.ts';

/**
 * Runs the command line and returns the exit code; it never throws and never ends the process.
 *
 * @param args what follows the program's name
 */
export async function run(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync(args, { from: 'user' });
    return exitCodes.success;
  } catch (error) {
    if (error instanceof CommanderError) return commanderExitCode(error);
    const { message, hint, exitCode, stack } = describeFailure(error);
    if (error instanceof InterruptedError) {
      io.note(message);
      return exitCode;
    }
    const { red, dim } = io.noteColor;
    io.note(`${red('error:')} ${message}`);
    if (hint !== undefined) io.note(hint);
    if (stack !== undefined) {
      if (io.env.RESNET_DEBUG) io.note(dim(stack));
      else io.note(dim('This looks like a defect of resnet; RESNET_DEBUG=1 shows where.'));
    }
    return exitCode;
  }
}

/** The whole command; each sub-command registers itself and loads its work only when called. */
export function createProgram(io: Io): Command {
  const program = new Command('resnet')
    .description('Image classification with residual networks: split, train, evaluate, predict.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .helpCommand('help [command]', 'show the help of a command')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.replace(/\n$/, '')),
      writeErr: (text) => io.note(text.replace(/\n$/, '')),
      getOutHelpWidth: () => Math.min(io.columns, 100),
      getErrHelpWidth: () => Math.min(io.columns, 100),
      getOutHasColors: () => io.color.isColorSupported,
      getErrHasColors: () => io.noteColor.isColorSupported,
      outputError: (text, write) => write(text.replace(/^error:/, io.noteColor.red('error:'))),
    })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
A first run, from a folder with one sub-folder of images a class:
  $ resnet train images/
  $ resnet predict runs/images holiday.jpg

\`resnet <command> --help\` shows the options of a command, with examples.`,
    );
  registerCommands(program, io);
  return program;
}

function commanderExitCode(error: CommanderError): number {
  return error.exitCode === 0 ? exitCodes.success : exitCodes.usage;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version":\s*"([^"]*)"/.exec(text)?.[1] ?? 'unknown';
}
