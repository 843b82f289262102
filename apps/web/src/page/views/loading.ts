import type { LoadStage } from '../../types.ts';
import { byId, setText } from '../lib/dom.ts';
import { bytes } from '../lib/format.ts';
import type { ModelState } from '../model/model-session.ts';

/** The three places that show the loading of a model: [block, its bar, its words]. */
const places = [
  ['load-progress', 'load-bar', 'load-text'],
  ['panel-progress', 'panel-bar', 'panel-progress-text'],
  ['model-progress', 'model-bar', 'model-progress-text'],
] as const;

/** @param isWaiting whether pictures wait for the model: else the workspace goes on with the old */
export function showLoading({ current, loading }: ModelState, isWaiting: boolean): void {
  for (const [block, bar, words] of places) {
    byId(block).hidden = !loading || (block === 'panel-progress' && !isWaiting && !!current);
    if (!loading) continue;
    const { progress } = loading;
    const element = byId(bar, HTMLProgressElement);
    const size =
      progress?.stage === 'weights' && progress.total
        ? `: ${bytes(progress.loaded)} of ${bytes(progress.total)}`
        : '';
    if (size) element.value = progress ? progress.loaded / (progress.total ?? 1) : 0;
    else element.removeAttribute('value');
    setText(byId(words), `${stageText(progress?.stage)}${size}`);
  }
}

function stageText(stage: LoadStage | undefined): string {
  switch (stage) {
    case 'weights':
      return 'Loading the model';
    case 'warmup':
      return 'Warming up';
    case 'config':
      return 'Reading the model';
    default:
      return 'Starting';
  }
}
