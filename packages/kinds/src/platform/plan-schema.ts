import type { SchemaTable } from '@berth/machinery';
import {
  conditionsField,
  durationType,
  limitField,
  listField,
  metadataField,
  optionalField,
  platformMessage,
  quantitiesField,
  quantityType,
} from './schema-parts.ts';

const messages = { spec: platformMessage('PlanSpec'), status: platformMessage('PlanStatus') };

export const planMessage: string = platformMessage('Plan');

/** The Plan's own messages. */
export const planSchema: SchemaTable = {
  [planMessage]: {
    metadata: metadataField,
    spec: optionalField(2, messages.spec),
    status: optionalField(3, messages.status),
  },
  [messages.spec]: {
    clusters: limitField(1, 'int64'),
    objects: { n: 2, t: 'int64', map: 'string', optional: true },
    cpu: limitField(3, quantityType),
    memory: limitField(4, quantityType),
    pods: limitField(5, 'int64'),
    storage: limitField(6, quantityType),
    cronJobs: limitField(7, 'int64'),
    requestsPerSecond: limitField(8, 'int32'),
    requestBurst: limitField(9, 'int32'),
    inFlight: limitField(10, 'int32'),
    watches: limitField(11, 'int32'),
    concurrentTurns: limitField(12, 'int32'),
    logRetention: limitField(13, durationType),
    nodePools: listField(14, 'string'),
    priceWeights: quantitiesField(15),
    clusterTemplate: optionalField(16, 'string'),
  },
  [messages.status]: {
    tenants: optionalField(1, 'int32'),
    conditions: conditionsField(2),
    observedGeneration: optionalField(3, 'int64'),
  },
};
