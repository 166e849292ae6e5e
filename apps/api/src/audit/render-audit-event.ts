import type { AuditEvent } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import type { AuditPosition, AuditRow } from '@berth/store';
import { microTime } from './event-json.ts';

/** A record as an object of the API. */
export function auditEventObject(row: AuditRow): AuditEvent {
  return {
    kind: 'Event',
    apiVersion: 'audit.berth.dev/v1',
    metadata: {
      name: auditEventName(row),
      ...(row.namespace !== '' && { namespace: row.namespace }),
      creationTimestamp: toTime(row.at),
    },
    ...contentOf(row),
  };
}

/** A record as Kubernetes' own log files hold it: one line of JSON. */
export function auditEventLine(row: AuditRow): string {
  return `${JSON.stringify({ kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...contentOf(row) })}\n`;
}

type Content = Omit<AuditEvent, 'kind' | 'apiVersion' | 'metadata'>;

function contentOf(row: AuditRow): Content {
  // Made by `eventJson`.
  const event = JSON.parse(row.event) as Omit<Content, 'stageTimestamp'>;
  const revision = row.seq > 0 ? { 'audit.berth.dev/revision': String(row.seq) } : {};
  const former = row.formerCluster === undefined ? {} : { 'audit.berth.dev/cluster': row.formerCluster };
  return {
    ...event,
    ...(event.responseObject !== undefined &&
      row.seq > 0 && { responseObject: withRevision(event.responseObject, row.seq) }),
    stageTimestamp: microTime(row.at),
    annotations: { ...event.annotations, ...revision, ...former },
  };
}

/** The answer showed the revision that the commit gave the object. */
function withRevision(object: unknown, revision: number): unknown {
  if (typeof object !== 'object' || object === null || !('metadata' in object)) return object;
  return { ...object, metadata: { ...Object(object.metadata), resourceVersion: String(revision) } };
}

/** `<milliseconds since the epoch>-<number>`, with `n` before the number of what has no revision. */
export function auditEventName({ at, seq }: AuditPosition): string {
  return `${at.getTime()}-${seq < 0 ? `n${-seq}` : seq}`;
}

/** The place that a name names; undefined for what is no such name. */
export function auditPosition(name: string): AuditPosition | undefined {
  const [, time, sign, number] = /^(\d{1,15})-(n?)(\d{1,16})$/.exec(name) ?? [];
  if (time === undefined || number === undefined) return undefined;
  return { at: new Date(Number(time)), seq: sign === 'n' ? -Number(number) : Number(number) };
}
