import type { WantedModel } from '../protocol.ts';
import type { BackendName, LoadProgress, ModelInfo } from '../types.ts';
import type { Engine } from './engine.ts';
import { holdEngine } from './engines.ts';
import { Shared, type Hold } from './shared.ts';

/** A model that an engine holds. */
export interface Model {
  readonly engine: Engine;
  /** By which the engine knows it. */
  readonly id: number;
  readonly info: ModelInfo;
}

export interface ModelRequest extends WantedModel {
  /** Equal for those that may share a model; undefined for one of its own. */
  readonly key: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: LoadProgress) => void) | undefined;
}

type Listener = (progress: LoadProgress) => void;

/** What one engine holds, by what it was loaded from; and who wants to know of its loading. */
interface Shelf {
  readonly models: Shared<unknown, Model>;
  readonly listeners: Map<unknown, Set<Listener>>;
}

const shelves = new WeakMap<Engine, Shelf>();
let lastId = 0;

/**
 * A model on a backend. Those of one URL are loaded once.
 *
 * @throws WebPredictorError as `loadPredictor` does; BackendLostError; the signal's reason
 */
export async function holdModel(
  backend: 'auto' | BackendName,
  request: ModelRequest,
): Promise<Hold<Model>> {
  const { signal, onProgress, files, cache, limits } = request;
  onProgress?.({ stage: 'backend', loaded: 0, total: 1 });
  // Files that are here already need no fetching.
  const ahead = request.key === undefined ? undefined : { files, cache, limits };
  const engine = await holdEngine(backend, ahead, signal);
  onProgress?.({ stage: 'backend', loaded: 1, total: 1 });
  const { models, listeners } = shelfOf(engine.value);
  const key = request.key === undefined ? {} : `${request.key} ${JSON.stringify(limits)}`;
  const watching = listeners.get(key) ?? new Set<Listener>();
  listeners.set(key, watching);
  if (onProgress !== undefined) watching.add(onProgress);
  try {
    const model = await models.hold(
      key,
      (cancel) => load(engine.value, request, cancel, watching),
      signal,
    );
    const release = (): void => {
      model.release();
      engine.release();
    };
    return { value: model.value, release };
  } catch (error) {
    engine.release();
    throw error;
  } finally {
    if (onProgress !== undefined) watching.delete(onProgress);
    if (watching.size === 0) listeners.delete(key);
  }
}

async function load(
  engine: Engine,
  { files, cache, limits }: ModelRequest,
  signal: AbortSignal,
  watching: ReadonlySet<Listener>,
): Promise<Model> {
  const id = ++lastId;
  const onProgress = (progress: LoadProgress): void => {
    for (const listener of watching) listener(progress);
  };
  try {
    const info = await engine.ask<'load'>(
      { type: 'load', model: id, files, cache, limits },
      { signal, onProgress },
    );
    return { engine, id, info };
  } catch (error) {
    // It may have been loaded by the time that nobody waits for it any more.
    engine.unload(id);
    throw error;
  }
}

function shelfOf(engine: Engine): Shelf {
  const known = shelves.get(engine);
  if (known !== undefined) return known;
  const models = new Shared<unknown, Model>(({ id }) => engine.unload(id));
  const shelf: Shelf = { models, listeners: new Map() };
  shelves.set(engine, shelf);
  return shelf;
}
