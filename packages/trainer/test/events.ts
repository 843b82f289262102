import type { Checkpoint, HistoryRow, TrainEvent } from '../src/index.ts';

export async function collect(events: AsyncIterable<TrainEvent>): Promise<TrainEvent[]> {
  const result: TrainEvent[] = [];
  for await (const event of events) result.push(event);
  return result;
}

/** The events of one type, in order. */
export function ofType<T extends TrainEvent['type']>(
  events: readonly TrainEvent[],
  type: T,
): Extract<TrainEvent, { type: T }>[] {
  return events.filter((event): event is Extract<TrainEvent, { type: T }> => event.type === type);
}

/** The last checkpoint among the events. */
export function lastCheckpoint(events: readonly TrainEvent[]): Checkpoint {
  return ofType(events, 'checkpoint').at(-1)!.checkpoint;
}

/** A history without what depends on the clock. */
export function timeless(history: readonly HistoryRow[]): Partial<HistoryRow>[] {
  return history.map(({ imagesPerSecond: _1, seconds: _2, dataWaitFraction: _3, ...row }) => row);
}
