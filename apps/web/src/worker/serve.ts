import type { Answers, Reply, Request, StartOptions } from '../protocol.ts';
import type { LoadProgress } from '../types.ts';
import { classify } from './classify.ts';
import { failureOf } from './failure.ts';
import { FetchAhead } from './fetch-ahead.ts';
import { fetchModel } from './fetch-model.ts';
import { Gate } from './gate.ts';
import { loadModel, type LoadedModel } from './load-model.ts';

export interface BackendOptions extends StartOptions {
  /** To be called once the backend can no longer be trusted; what comes after is ignored. */
  readonly onLost: (message: string) => void;
}

/**
 * Makes a backend tfjs's active one.
 *
 * @throws WebPredictorError BACKEND_UNAVAILABLE
 */
export type StartBackend = (options: BackendOptions) => Promise<Answers['start']>;

/** The global scope of a worker, as far as it is used. */
interface WorkerScope {
  postMessage(message: Reply, transfer: readonly Transferable[]): void;
  addEventListener(type: 'message', listener: (event: MessageEvent<Request>) => void): void;
}

/** Answers a page's requests, in this worker, on the backend that `start` starts. */
export function serve(start: StartBackend): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the types describe a window
  const scope = self as unknown as WorkerScope;
  const models = new Map<number, Promise<LoadedModel>>();
  const running = new Map<number, AbortController>();
  const gates = { preparing: new Gate(2), computing: new Gate(1) };
  const lost = new AbortController();
  let ahead: FetchAhead | undefined;

  const send = (reply: Reply, transfer: readonly Transferable[] = []): void => {
    scope.postMessage(reply, transfer);
  };

  const onLost = (message: string): void => {
    if (lost.signal.aborted) return;
    lost.abort(message);
    send({ type: 'lost', message });
  };

  const answer = (request: Request, signal: AbortSignal): Promise<Answers[keyof Answers]> => {
    switch (request.type) {
      case 'start':
        if (request.ahead) ahead = new FetchAhead(request.ahead);
        return start({ ...request, onLost });
      case 'load': {
        const { id, model } = request;
        const onProgress = (progress: LoadProgress): void => {
          send({ type: 'progress', id, progress });
        };
        const fetching =
          ahead?.take(request, signal, onProgress) ?? fetchModel(request, signal, onProgress);
        ahead = undefined;
        const loading = fetching.then((fetched) => loadModel(fetched, signal, onProgress));
        models.set(model, loading);
        return loading.then(({ info }) => info);
      }
      case 'classify':
        return classify(request, models.get(request.model), {
          ...gates,
          signal,
          lost: lost.signal,
        });
      default:
        throw new Error(`no request to answer: ${request.type}`);
    }
  };

  const run = async (request: Extract<Request, { readonly id: number }>): Promise<void> => {
    const { id } = request;
    const controller = new AbortController();
    running.set(id, controller);
    try {
      const value = await answer(request, controller.signal);
      send({ type: 'done', id, value });
    } catch (error) {
      const failure = failureOf(error, lost.signal);
      const transfer = failure.prepared === undefined ? [] : [failure.prepared.input.buffer];
      send({ type: 'failed', id, failure }, transfer);
    } finally {
      running.delete(id);
    }
  };

  scope.addEventListener('message', ({ data: request }) => {
    if (request.type === 'cancel') {
      running.get(request.id)?.abort();
    } else if (request.type === 'unload') {
      const model = models.get(request.model);
      models.delete(request.model);
      void model?.then(
        ({ predictor }) => predictor.dispose(),
        () => undefined,
      );
    } else {
      void run(request);
    }
  });
}
