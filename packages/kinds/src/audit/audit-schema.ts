import type { SchemaField, SchemaTable } from '@berth/machinery';
import { listField, metadataField, optionalField, rawObjectType } from '../platform/schema-parts.ts';

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const userInfo = 'k8s.io.api.authentication.v1.UserInfo';

/** The group/version of the audit log. */
export const auditVersion = { group: 'audit.berth.dev', version: 'v1' } as const;

function message(name: string): string {
  return `berth.dev.api.audit.v1.${name}`;
}

const messages = {
  reference: message('ObjectReference'),
  spec: message('AuditPolicySpec'),
  rule: message('PolicyRule'),
  resources: message('GroupResources'),
};

export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
const auditStages = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;

const levelField = (n: number): SchemaField => ({ n, t: 'string', enum: auditLevels });
const flagField = (n: number): SchemaField => ({ n, t: 'bool', optional: true, ptr: true });

export const auditEventMessage: string = message('Event');
/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Event */
export const auditEventSchema: SchemaTable = {
  [auditEventMessage]: {
    metadata: metadataField,
    level: levelField(2),
    auditID: { n: 3, t: 'string', always: true },
    stage: { n: 4, t: 'string', enum: auditStages },
    requestURI: { n: 5, t: 'string', always: true },
    verb: { n: 6, t: 'string', always: true },
    user: { n: 7, t: userInfo, always: true },
    impersonatedUser: optionalField(8, userInfo),
    sourceIPs: listField(9, 'string'),
    userAgent: optionalField(10, 'string'),
    objectRef: optionalField(11, messages.reference),
    responseStatus: optionalField(12, `${meta}.Status`),
    requestObject: optionalField(13, rawObjectType),
    responseObject: optionalField(14, rawObjectType),
    requestReceivedTimestamp: optionalField(15, `${meta}.MicroTime`),
    stageTimestamp: optionalField(16, `${meta}.MicroTime`),
    annotations: { n: 17, t: 'string', map: 'string', optional: true },
  },
  [messages.reference]: {
    resource: optionalField(1, 'string'),
    namespace: optionalField(2, 'string'),
    name: optionalField(3, 'string'),
    uid: optionalField(4, 'string'),
    apiGroup: optionalField(5, 'string'),
    apiVersion: optionalField(6, 'string'),
    resourceVersion: optionalField(7, 'string'),
    subresource: optionalField(8, 'string'),
  },
};

export const auditPolicyMessage: string = message('AuditPolicy');
/** https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/#audit-k8s-io-v1-Policy */
export const auditPolicySchema: SchemaTable = {
  [auditPolicyMessage]: { metadata: metadataField, spec: optionalField(2, messages.spec) },
  [messages.spec]: {
    rules: { ...listField(1, messages.rule), optional: false },
    omitManagedFields: flagField(2),
  },
  [messages.rule]: {
    level: levelField(1),
    users: listField(2, 'string'),
    userGroups: listField(3, 'string'),
    verbs: listField(4, 'string'),
    resources: listField(5, messages.resources),
    namespaces: listField(6, 'string'),
    nonResourceURLs: listField(7, 'string'),
    omitManagedFields: flagField(8),
  },
  [messages.resources]: {
    group: optionalField(1, 'string'),
    resources: listField(2, 'string'),
    resourceNames: listField(3, 'string'),
  },
};
