import { randomUUID } from 'node:crypto';
import type { Event, Pod } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { Clock, RuntimeEvent } from '@berth/runtime';
import type { Logger } from 'pino';
import type { ApiClient } from '../api/api-client.ts';
import { ApiError } from '../api/api-error.ts';
import { namespacedPath } from '../api/paths.ts';

export interface EventRecorderOptions {
  readonly api: ApiClient;
  readonly nodeName: string;
  readonly clock: Clock;
  readonly log: Logger;
}

interface Recorded {
  readonly name: string;
  count: number;
}

interface Budget {
  tokens: number;
  refilledAtMs: number;
}

/** As client-go's spam filter: a burst of 25 events a pod, then one every five minutes. */
const burst = 25;
const refillMs = 300_000;
/** What is remembered of earlier events, before the oldest is forgotten. */
const remembered = 4_096;

/**
 * Records what happens to pods as Events in their own clusters. The same event again counts up. Events are a courtesy: one
 * that cannot be written is dropped.
 */
export class EventRecorder {
  readonly #options: EventRecorderOptions;
  readonly #recorded = new Map<string, Recorded>();
  readonly #budgets = new Map<string, Budget>();
  #writes: Promise<void> = Promise.resolve();

  constructor(options: EventRecorderOptions) {
    this.#options = options;
  }

  record(clusterId: string, pod: Pod, event: RuntimeEvent): void {
    if (!this.#mayRecord(event.podUid)) return;
    // One after the other, so that a count never overtakes the event that it counts.
    this.#writes = this.#writes
      .then(() => this.#write(clusterId, pod, event))
      .catch((err: unknown) => {
        this.#options.log.debug({ err, reason: event.reason }, 'an event could not be recorded');
      });
  }

  async #write(clusterId: string, pod: Pod, event: RuntimeEvent): Promise<void> {
    const path = namespacedPath(clusterId, pod.metadata.namespace ?? '', 'events');
    const key = [event.podUid, event.container?.name, event.type, event.reason, event.message].join('\0');
    const earlier = this.#recorded.get(key);
    if (earlier !== undefined) {
      const counted = await this.#count(`${path}/${encodeURIComponent(earlier.name)}`, earlier);
      if (counted) return;
    }
    const { api, clock } = this.#options;
    const body = this.#event(pod, event, clock.now());
    await api.post(path, { body });
    remember(this.#recorded, key, { name: body.metadata.name, count: 1 });
  }

  /** False if the event has expired meanwhile. */
  async #count(path: string, earlier: Recorded): Promise<boolean> {
    const { api, clock } = this.#options;
    const contentType = 'application/merge-patch+json';
    const count = earlier.count + 1;
    try {
      await api.patch(path, { contentType, body: { count, lastTimestamp: toTime(clock.now()) } });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return false;
      throw error;
    }
    earlier.count = count;
    return true;
  }

  #event(pod: Pod, event: RuntimeEvent, now: Date): Event {
    const { name, namespace = '', uid = '', resourceVersion } = pod.metadata;
    const { nodeName } = this.#options;
    const list = event.container?.kind === 'init' ? 'initContainers' : 'containers';
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: `${name}.${randomUUID().replaceAll('-', '').slice(0, 16)}`, namespace },
      involvedObject: {
        apiVersion: 'v1',
        kind: 'Pod',
        name,
        namespace,
        uid,
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
        ...(event.container === undefined ? {} : { fieldPath: `spec.${list}{${event.container.name}}` }),
      },
      reason: event.reason,
      message: event.message,
      type: event.type,
      source: { component: 'kubelet', host: nodeName },
      reportingComponent: 'kubelet',
      reportingInstance: nodeName,
      firstTimestamp: toTime(now),
      lastTimestamp: toTime(now),
      count: 1,
    };
  }

  #mayRecord(podUid: string): boolean {
    const nowMs = this.#options.clock.now().getTime();
    const budget = this.#budgets.get(podUid) ?? { tokens: burst, refilledAtMs: nowMs };
    const refills = Math.floor((nowMs - budget.refilledAtMs) / refillMs);
    budget.tokens = Math.min(budget.tokens + refills, burst);
    budget.refilledAtMs += refills * refillMs;
    remember(this.#budgets, podUid, budget);
    if (budget.tokens === 0) return false;
    budget.tokens -= 1;
    return true;
  }
}

function remember<T>(entries: Map<string, T>, key: string, value: T): void {
  entries.delete(key);
  entries.set(key, value);
  const [oldest] = entries.keys();
  if (entries.size > remembered && oldest !== undefined) entries.delete(oldest);
}
