import { eventually } from '../support/eventually.ts';
import type { Kube, Target, WatchEvent } from './kube.ts';

/** The events of a watch, from its beginning on. */
export interface EventsSeen {
  readonly all: readonly WatchEvent[];
  /** Waits for an event, among those that came and those to come. */
  until(awaited: string, isIt: (event: WatchEvent) => boolean, withinMs?: number): Promise<WatchEvent>;
  end(): void;
}

/** Watches a collection from its newest state on. */
export async function watchFromNow(kube: Kube, target: Target): Promise<EventsSeen> {
  const { metadata } = await kube.get(target);
  const all: WatchEvent[] = [];
  const hangUp = new AbortController();
  const query = { ...target.query, resourceVersion: String(metadata.resourceVersion) };
  let failure: unknown;
  kube
    .watch({ ...target, query }, hangUp.signal, (event) => void all.push(event))
    .catch((error: unknown) => {
      failure = error;
    });
  return {
    all,
    until: (awaited, isIt, withinMs = 60_000) =>
      eventually(
        `an event: ${awaited}`,
        () => {
          if (failure !== undefined) throw failure;
          return all.find(isIt);
        },
        withinMs,
      ),
    end: () => hangUp.abort(),
  };
}
