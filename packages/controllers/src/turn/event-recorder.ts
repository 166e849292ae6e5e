import { createHash } from 'node:crypto';
import type { Event } from '@berth/kinds';
import { type KubeObject, toTime } from '@berth/machinery';
import type { ReconcileKey } from '../reconciler.ts';

export interface EventRecord {
  /** `job-controller`, as `kubectl describe` shows it under From. */
  readonly component: string;
  readonly regarding: KubeObject;
  readonly eventType: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** How many Events that differ only in their message one turn records before it records them as one. */
const similarEventsPerTurn = 10;
const combinedPrefix = '(combined from similar events): ';
/** For how long after a burst similar events go on into the combined one; client-go's aggregator has the same. */
const combineForMs = 10 * 60 * 1000;
/** So that the Event's own name stays within 253 characters. */
const longestRegardingName = 236;

/**
 * Turns event actions into Event objects as client-go's recorder does: a repeat counts up the Event that is there, and
 * a burst of events that differ in their message alone becomes one combined Event. The name is
 * `<object>.<hash of what is told>`, so that a repeat finds its Event without a search.
 */
export class EventRecorder {
  readonly #now: Date;
  readonly #existing: (key: ReconcileKey) => Event | undefined;
  readonly #staged = new Map<string, Event>();
  readonly #similar = new Map<string, number>();

  constructor(options: { now: Date; existing: (key: ReconcileKey) => Event | undefined }) {
    this.#now = options.now;
    this.#existing = options.existing;
  }

  record(record: EventRecord): void {
    const exact = nameOf(record, record.message);
    if (this.#repeat(record, exact, record.message)) return;
    const combined = nameOf(record, combinedPrefix);
    const group = `${record.regarding.metadata.namespace ?? ''}/${combined}`;
    const similar = (this.#similar.get(group) ?? 0) + 1;
    this.#similar.set(group, similar);
    const message = combinedPrefix + record.message;
    if (similar <= similarEventsPerTurn && !this.#bursting(record, combined)) {
      this.#stage(newEvent(record, { name: exact, at: this.#now, message: record.message }));
    } else if (!this.#repeat(record, combined, message)) {
      this.#stage(newEvent(record, { name: combined, at: this.#now, message }));
    }
  }

  /** The Events to create or to replace, once. */
  takeStaged(): readonly Event[] {
    const events = [...this.#staged.values()];
    this.#staged.clear();
    return events;
  }

  #find(record: EventRecord, name: string): Event | undefined {
    const namespace = namespaceOf(record.regarding);
    return (
      this.#staged.get(`${namespace}/${name}`) ?? this.#existing({ resource: 'events', namespace, name })
    );
  }

  #repeat(record: EventRecord, name: string, message: string): boolean {
    const event = this.#find(record, name);
    if (!event) return false;
    this.#stage({ ...event, message, count: (event.count ?? 1) + 1, lastTimestamp: toTime(this.#now) });
    return true;
  }

  #bursting(record: EventRecord, combinedName: string): boolean {
    const last = this.#find(record, combinedName)?.lastTimestamp;
    return last !== undefined && this.#now.getTime() - Date.parse(last) < combineForMs;
  }

  #stage(event: Event): void {
    this.#staged.set(`${event.metadata.namespace}/${event.metadata.name}`, event);
  }
}

/** Events about cluster-scoped objects live in `default`, as upstream. */
function namespaceOf(regarding: KubeObject): string {
  return regarding.metadata.namespace || 'default';
}

function nameOf(record: EventRecord, message: string): string {
  const told = [record.regarding.metadata.uid, record.component, record.eventType, record.reason, message];
  const hash = createHash('sha1').update(told.join('\n')).digest('hex').slice(0, 16);
  return `${record.regarding.metadata.name.slice(0, longestRegardingName)}.${hash}`;
}

function newEvent(record: EventRecord, options: { name: string; at: Date; message: string }): Event {
  const { regarding } = record;
  const { namespace, uid, resourceVersion } = regarding.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: options.name, namespace: namespaceOf(regarding) },
    involvedObject: {
      kind: regarding.kind,
      ...(namespace ? { namespace } : {}),
      name: regarding.metadata.name,
      ...(uid ? { uid } : {}),
      apiVersion: regarding.apiVersion,
      ...(resourceVersion ? { resourceVersion } : {}),
    },
    reason: record.reason,
    message: options.message,
    source: { component: record.component },
    firstTimestamp: toTime(options.at),
    lastTimestamp: toTime(options.at),
    count: 1,
    type: record.eventType,
    reportingComponent: record.component,
    reportingInstance: '',
  };
}
