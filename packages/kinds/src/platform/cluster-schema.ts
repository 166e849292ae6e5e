import type { SchemaTable } from '@berth/machinery';
import { conditionsField, metadataField, optionalField, platformMessage } from './schema-parts.ts';

const messages = { spec: platformMessage('ClusterSpec'), status: platformMessage('ClusterStatus') };

export const clusterMessage: string = platformMessage('Cluster');

/** The Cluster's own messages. */
export const clusterSchema: SchemaTable = {
  [clusterMessage]: {
    metadata: metadataField,
    spec: { n: 2, t: messages.spec, optional: true, always: true },
    status: optionalField(3, messages.status),
  },
  [messages.spec]: {
    tenant: optionalField(1, 'string'),
    version: optionalField(2, 'string'),
    nodePool: optionalField(3, 'string'),
    ownNodes: optionalField(4, 'bool'),
    template: optionalField(5, 'string'),
    suspended: optionalField(6, 'bool'),
    deletionProtection: optionalField(7, 'bool'),
  },
  [messages.status]: {
    phase: optionalField(1, 'string'),
    conditions: conditionsField(2),
    endpoint: optionalField(3, 'string'),
    issuer: optionalField(4, 'string'),
    observedGeneration: optionalField(5, 'int64'),
  },
};
