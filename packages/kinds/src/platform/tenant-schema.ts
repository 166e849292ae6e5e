import type { SchemaTable } from '@berth/machinery';
import {
  conditionsField,
  listField,
  metadataField,
  optionalField,
  platformMessage,
  quantitiesField,
} from './schema-parts.ts';

const messages = {
  spec: platformMessage('TenantSpec'),
  subject: platformMessage('TenantSubject'),
  contact: platformMessage('TenantContact'),
  status: platformMessage('TenantStatus'),
};

export const tenantMessage: string = platformMessage('Tenant');

/** The Tenant's own messages. */
export const tenantSchema: SchemaTable = {
  [tenantMessage]: {
    metadata: metadataField,
    spec: optionalField(2, messages.spec),
    status: optionalField(3, messages.status),
  },
  [messages.spec]: {
    displayName: optionalField(1, 'string'),
    plan: optionalField(2, 'string'),
    owners: listField(3, messages.subject),
    members: listField(4, messages.subject),
    viewers: listField(5, messages.subject),
    contacts: listField(6, messages.contact),
    suspended: optionalField(7, 'bool'),
    clusterTemplate: optionalField(8, 'string'),
  },
  [messages.subject]: {
    kind: { n: 1, t: 'string', required: true, always: true },
    name: { n: 2, t: 'string', required: true, always: true },
  },
  [messages.contact]: {
    name: optionalField(1, 'string'),
    email: { n: 2, t: 'string', required: true, always: true },
  },
  [messages.status]: {
    phase: optionalField(1, 'string'),
    clusters: optionalField(2, 'int32'),
    hard: quantitiesField(3),
    used: quantitiesField(4),
    conditions: conditionsField(5),
    observedGeneration: optionalField(6, 'int64'),
  },
};
