import { type KubeObject, nameIsPathSegment } from '@berth/machinery';
import { nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { noErrors, unchanged } from '../strategy/unchanged.ts';
import type { AuditLevel } from './audit-policy.ts';
import { auditEventMessage, auditEventSchema, auditVersion } from './audit-schema.ts';

export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** One request, as Kubernetes' `audit.k8s.io/v1` tells it. */
export interface AuditEvent extends KubeObject {
  readonly level: AuditLevel;
  readonly auditID: string;
  readonly stage: 'ResponseStarted' | 'ResponseComplete';
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly uid?: string;
    readonly apiGroup?: string;
    readonly apiVersion?: string;
    readonly resourceVersion?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: {
    readonly metadata: object;
    readonly code: number;
    readonly status?: string;
    readonly reason?: string;
    readonly message?: string;
  };
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The kind of an {@link AuditEvent}: read from the audit log, which nobody writes through the API. */
export const auditEvent: KindDefinition = {
  kind: 'Event',
  listKind: 'EventList',
  plural: 'events',
  singular: 'event',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ ...auditVersion, message: auditEventMessage }],
  verbs: ['get', 'list'],
  subresources: [],
  columns: [
    { ...nameColumn, priority: 1 },
    textColumn({
      name: 'Time',
      description: 'When it was answered.',
      cell: ofEvent(({ stageTimestamp }) => stageTimestamp),
    }),
    textColumn({
      name: 'User',
      description: 'Who asked.',
      cell: ofEvent(({ user }) => user.username ?? ''),
    }),
    textColumn({ name: 'Verb', description: 'What was asked.', cell: ofEvent(({ verb }) => verb) }),
    textColumn({ name: 'Target', description: 'Of what.', cell: ofEvent(targetOf) }),
    textColumn({
      name: 'Code',
      description: 'The code of the answer.',
      cell: ofEvent(({ responseStatus }) => responseStatus?.code ?? 0),
    }),
    wideColumn({
      name: 'From',
      description: 'Where the request came from.',
      cell: ofEvent(({ sourceIPs = [] }) => sourceIPs.join(',')),
    }),
  ],
  // Names are positions in the log.
  nameRule: nameIsPathSegment,
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: noErrors,
    validateUpdate: noErrors,
  },
  selectableFields: {
    'user.username': ofEvent(({ user }) => user.username ?? ''),
    verb: ofEvent(({ verb }) => verb),
    'objectRef.resource': ofEvent(({ objectRef }) => objectRef?.resource ?? ''),
    'objectRef.namespace': ofEvent(({ objectRef }) => objectRef?.namespace ?? ''),
    'objectRef.name': ofEvent(({ objectRef }) => objectRef?.name ?? ''),
    'responseStatus.code': ofEvent(({ responseStatus }) => String(responseStatus?.code ?? '')),
  },
  hasGeneration: false,
  virtual: true,
  schema: auditEventSchema,
};

/** Only events come to the columns of their kind. */
function ofEvent<T>(read: (event: AuditEvent) => T): (object: KubeObject) => T {
  return (object) => read(object as AuditEvent);
}

function targetOf({ objectRef, requestURI }: AuditEvent): string {
  if (objectRef === undefined) return requestURI;
  const { resource, apiGroup, namespace, name, subresource } = objectRef;
  const kind = apiGroup ? `${resource}.${apiGroup}` : resource;
  return [namespace, kind, name, subresource].filter(Boolean).join('/');
}
