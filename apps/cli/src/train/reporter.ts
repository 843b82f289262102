import type { Io } from '../io.ts';
import { jsonReporter } from './report-json.ts';
import { textReporter } from './report-text.ts';
import type {
  CheckpointReport,
  EpochReport,
  RunEnd,
  RunStart,
  StepReport,
} from './report-types.ts';

/** Tells the user how a run goes. */
export interface Reporter {
  start(start: RunStart): void;
  step(step: StepReport): void;
  epoch(epoch: EpochReport): void;
  /** A checkpoint is written: from here on a run can be resumed at this point. */
  checkpoint(at: CheckpointReport): void;
  /** Something went otherwise than expected, but the run goes on. */
  warn(text: string): void;
  /** The first Ctrl-C came. */
  stopping(): void;
  end(end: RunEnd): void;
  /** Leaves the terminal as it was; also after an error. */
  close(): void;
}

export function createReporter(json: boolean, io: Io): Reporter {
  return json ? jsonReporter(io) : textReporter(io);
}
