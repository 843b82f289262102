import type { Io } from '../../terminal/io.ts';
import { jsonReporter } from './print-json.ts';
import { textReporter } from './print-text.ts';
import type { Reporter } from './reporter.ts';

export function createReporter(json: boolean, io: Io): Reporter {
  return json ? jsonReporter(io) : textReporter(io);
}
