import type { KubeObject } from '@berth/machinery';
import type { Event, EventsEvent } from '../generated/api-types.ts';

/** Fields of `v1` and what `events.k8s.io/v1` calls them. All others have one name. */
const renamedFields = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
] as const satisfies ReadonlyArray<readonly [keyof Event, keyof EventsEvent]>;

const toOldNames = new Map<string, string>(renamedFields.map(([old, recent]) => [recent, old]));
const toNewNames = new Map<string, string>(renamedFields);

/** An `events.k8s.io/v1` Event as it is stored. */
export function eventToStorage(object: KubeObject): KubeObject {
  const renamed = rename(object, toOldNames);
  const stored: Event = { ...renamed, involvedObject: renamed.involvedObject ?? {}, apiVersion: 'v1' };
  return stored;
}

/** A stored Event as `events.k8s.io/v1` shows it. */
export function eventFromStorage(object: KubeObject): KubeObject {
  return { ...rename(object, toNewNames), apiVersion: 'events.k8s.io/v1' };
}

function rename(object: KubeObject, names: ReadonlyMap<string, string>): Event {
  const entries = Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]);
  // The entries are those of an event with some names changed.
  return Object.fromEntries(entries) as Event;
}
