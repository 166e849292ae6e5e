import type { SchemaTable } from '@berth/machinery';
import { metadataField, optionalField, platformMessage, rawObjectType } from './schema-parts.ts';

const spec = platformMessage('ClusterTemplateSpec');

export const clusterTemplateMessage: string = platformMessage('ClusterTemplate');

/** The ClusterTemplate's own messages. */
export const clusterTemplateSchema: SchemaTable = {
  [clusterTemplateMessage]: { metadata: metadataField, spec: optionalField(2, spec) },
  [spec]: {
    description: optionalField(1, 'string'),
    objects: { n: 2, t: rawObjectType, optional: true, repeated: true, listType: 'atomic' },
  },
};
