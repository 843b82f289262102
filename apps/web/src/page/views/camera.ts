import { type CameraHooks, CameraSession, type LiveAnswer } from '../camera/camera-session.ts';
import { cameraProblem } from '../camera/camera-problem.ts';
import { h } from '../../dom.ts';
import { byId, foreign, setText } from '../lib/dom.ts';
import { percent } from '../lib/format.ts';
import type { ModelSession } from '../model/model-session.ts';
import { announce } from './announce.ts';
import type { ResultsView } from './results.ts';
import type { StageView } from './stage.ts';

/** Milliseconds that a class has to stay the likeliest before a screen reader is told. */
const steadyFor = 1200;

export interface CameraViewHooks {
  onTake(picture: Blob): void;
  onStop(): void;
  onTime(milliseconds: number): void;
}

/** The running camera on the stage, its classes beside it. */
export class CameraView {
  readonly #session: ModelSession;
  readonly #stage: StageView;
  readonly #results: ResultsView;
  readonly #camera: CameraSession;
  #chosen: number | undefined;
  #told: number | undefined;
  #answer: LiveAnswer | undefined;

  constructor(
    session: ModelSession,
    stage: StageView,
    results: ResultsView,
    hooks: CameraViewHooks,
  ) {
    this.#session = session;
    this.#stage = stage;
    this.#results = results;
    const camera: CameraHooks = {
      predictor: () => session.predictor,
      wantedMap: () => stage.isMapOn && (this.#chosen ?? true),
      onAnswer: (answer) => {
        this.#answer = answer;
        hooks.onTime(answer.milliseconds);
        this.draw();
      },
      onError: (error) => this.#fail(error),
    };
    this.#camera = new CameraSession(stage.video, camera);
    byId('camera-stop').addEventListener('click', () => hooks.onStop());
    byId('camera-flip').addEventListener('click', () => void this.#try(() => this.#camera.flip()));
    const take = async (): Promise<void> => hooks.onTake(await this.#camera.take());
    byId('camera-take').addEventListener('click', () => {
      void take().catch((error: unknown) => this.#fail(error));
    });
    // Another model has other classes.
    session.state.watch(({ loading }) => {
      if (loading) this.#chosen = undefined;
    });
  }

  async start(): Promise<void> {
    this.#chosen = undefined;
    this.#told = undefined;
    this.#answer = undefined;
    this.#stage.showMap(undefined);
    this.draw();
    await this.#try(() => this.#camera.start());
  }

  stop(): void {
    this.#camera.stop();
  }

  choose(classIndex: number): void {
    const shown = this.#chosen ?? this.#answer?.predictions[0]?.index;
    if (this.#stage.isMapOn && this.#chosen === classIndex) this.#chosen = undefined;
    else if (this.#stage.isMapOn && shown === classIndex) this.#stage.turnMapOn(false);
    else {
      this.#chosen = classIndex;
      this.#stage.turnMapOn(true);
    }
    this.draw();
  }

  draw(): void {
    const answer = this.#answer;
    const model = this.#session.predictor?.model;
    const predictions = answer?.predictions ?? [];
    const top = predictions[0];
    const mapped = this.#chosen ?? top?.index;
    setText(byId('stage-name'), 'Camera');
    byId('stage-name').title = '';
    if (answer?.map) this.#stage.showMap(answer.map, answer.width, answer.height);
    setText(byId('camera-stop-text'), this.#camera.isRunning ? 'Stop' : 'Close');
    const label = predictions.find(({ index }) => index === this.#chosen)?.label;
    this.#stage.showControls(
      this.#camera.isRunning && (model?.hasActivationMaps ?? true),
      ...this.#caption(label),
    );
    this.#results.show({
      predictions,
      mapped: this.#stage.isMapOn ? mapped : undefined,
      choosable: model?.hasActivationMaps ?? false,
      busy: predictions.length === 0 && this.#camera.isRunning,
      empty: 'Classes appear here while the camera runs.',
      expected: model?.labels.length ?? 4,
      steady: true,
    });
    if (top && top.index !== this.#told) {
      this.#told = top.index;
      announce(`Camera: ${top.label}, ${percent(top.probability)}`, steadyFor);
    }
  }

  #caption(label: string | undefined): readonly (Node | string)[] {
    if (!this.#camera.isRunning) return [];
    return label === undefined
      ? ['Classified all the time, and averaged over a moment. Nothing is recorded or sent.']
      : ['The map stays with “', foreign(label), '”. Choose it again for the likeliest class.'];
  }

  async #try(start: () => Promise<void>): Promise<void> {
    this.#stage.showVideo(false);
    this.#stage.showProblem(
      { title: 'Starting the camera', text: 'Your browser may ask whether this page may use it.' },
      [],
      'camera',
    );
    try {
      await start();
      if (!this.#camera.isRunning) return;
      this.#stage.showVideo(this.#camera.isMirrored);
      this.#stage.showProblem();
      this.draw();
      byId('camera-flip').hidden = (await this.#camera.count()) < 2;
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#camera.stop();
    this.#answer = undefined;
    this.#stage.showMap(undefined);
    const again = h('button', { type: 'button', class: 'button primary' }, 'Try again');
    again.addEventListener('click', () => void this.start());
    const problem = cameraProblem(error);
    this.#stage.showProblem(problem, [again], 'camera');
    announce(`${problem.title}. ${problem.text}`);
    this.draw();
  }
}
