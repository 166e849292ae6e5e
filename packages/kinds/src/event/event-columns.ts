import { humanAge, type KubeObject, type TableColumn } from '@berth/machinery';
import { nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Event } from '../generated/api-types.ts';

/** The columns of `kubectl get events`, the same for both versions. Events are shown as of the storage version. */
export const eventColumns: readonly TableColumn[] = [
  textColumn({ name: 'Last Seen', description: 'Time since it was last seen.', cell: lastSeen }),
  textColumn({
    name: 'Type',
    description: 'Normal or Warning.',
    cell: (object) => eventOf(object).type ?? '',
  }),
  textColumn({
    name: 'Reason',
    description: 'Why it came about, for machines.',
    cell: (object) => eventOf(object).reason ?? '',
  }),
  textColumn({ name: 'Object', description: 'What the event is about.', cell: objectText }),
  wideColumn({
    name: 'Subobject',
    description: 'The part of the object that the event is about.',
    cell: (object) => eventOf(object).involvedObject.fieldPath ?? '',
  }),
  wideColumn({ name: 'Source', description: 'Who reports the event.', cell: sourceText }),
  textColumn({
    name: 'Message',
    description: 'What happened, for people.',
    cell: (object) => (eventOf(object).message ?? '').trim(),
  }),
  wideColumn({ name: 'First Seen', description: 'Time since it was first seen.', cell: firstSeen }),
  wideColumn({ name: 'Count', description: 'How often it was seen.', cell: countOf }),
  { ...nameColumn, priority: 1 },
];

function lastSeen(object: KubeObject, now: Date): string {
  const { series, lastTimestamp } = eventOf(object);
  if (series) return humanAge(series.lastObservedTime, now);
  return lastTimestamp ? humanAge(lastTimestamp, now) : firstSeen(object, now);
}

function firstSeen(object: KubeObject, now: Date): string {
  const { firstTimestamp, eventTime } = eventOf(object);
  return humanAge(firstTimestamp ?? eventTime, now);
}

function countOf(object: KubeObject): number {
  const { series, count } = eventOf(object);
  // An event that was seen once has no count in the newer version.
  return series ? (series.count ?? 0) : count || 1;
}

function objectText(object: KubeObject): string {
  const { kind = '', name } = eventOf(object).involvedObject;
  return name ? `${kind.toLowerCase()}/${name}` : kind.toLowerCase();
}

function sourceText(object: KubeObject): string {
  const { source, reportingComponent, reportingInstance } = eventOf(object);
  const component = source?.component || reportingComponent || '';
  const instance = source?.host || reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}

function eventOf(object: KubeObject): Event {
  return object as Event;
}
