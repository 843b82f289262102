import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { writeModelFolder } from '@resnet/hub';
import type { ModelCard, StateDict } from '@resnet/model';
import type { Checkpoint, ConfusionMatrix, HistoryRow } from '@resnet/trainer';

import { drawConfusionMatrix } from '../../charts/confusion-matrix.ts';
import { drawCurves } from '../../charts/curves.ts';
import { percent } from '../../terminal/format.ts';
import { saveCheckpoint } from '../../run-folder/checkpoint-store.ts';
import { formatHistory } from '../../run-folder/history.ts';
import { runFiles } from '../../run-folder/layout.ts';
import { writeWhole } from '@resnet/files';
import type { TrainSettings } from './settings.ts';

/** Writes a run folder, each file whole; see the README for what is in it. */
export interface RunWriter {
  /** Makes the folder a new run's: what an earlier run left in it goes, other files stay. */
  begin(settings: TrainSettings, split: string): Promise<void>;
  checkpoint(checkpoint: Checkpoint): Promise<void>;
  history(rows: readonly HistoryRow[]): Promise<void>;
  best(state: StateDict, confusion: ConfusionMatrix | undefined, top1: number): Promise<void>;
}

export function runWriter(folder: string, name: string, card: ModelCard): RunWriter {
  const at = (file: string): string => join(folder, file);
  return {
    async begin(settings, split) {
      await mkdir(folder, { recursive: true });
      for (const file of Object.values(runFiles)) {
        await rm(at(file), { recursive: true, force: true });
      }
      await writeWhole(at(runFiles.split), split);
      await writeWhole(at(runFiles.args), `${JSON.stringify(settings, undefined, 2)}\n`);
    },
    async checkpoint(checkpoint) {
      await saveCheckpoint(folder, checkpoint);
    },
    async history(rows) {
      await writeWhole(at(runFiles.history), formatHistory(rows));
      if (rows.length > 0) await writeWhole(at(runFiles.curves), drawCurves(rows, name));
    },
    async best(state, confusion, top1) {
      await writeModelFolder(folder, { card, state, force: true });
      if (confusion === undefined) return;
      const title = `${name}: validation, ${percent(top1)} top-1`;
      await writeWhole(
        at(runFiles.confusionMatrix),
        drawConfusionMatrix(confusion, card.labelNames, title),
      );
    },
  };
}
