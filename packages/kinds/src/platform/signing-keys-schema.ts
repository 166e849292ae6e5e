import type { SchemaTable } from '@berth/machinery';
import { metadataField, optionalField, platformMessage } from './schema-parts.ts';

const time = 'k8s.io.apimachinery.pkg.apis.meta.v1.Time';
const messages = {
  spec: platformMessage('SigningKeysSpec'),
  status: platformMessage('SigningKeysStatus'),
  key: platformMessage('SigningKeyStatus'),
};

export const signingKeysMessage: string = platformMessage('SigningKeys');

/** The messages of a Cluster's `signingkeys`. */
export const signingKeysSchema: SchemaTable = {
  [signingKeysMessage]: {
    metadata: metadataField,
    spec: optionalField(2, messages.spec),
    status: optionalField(3, messages.status),
  },
  [messages.spec]: { replace: optionalField(1, 'bool') },
  [messages.status]: {
    keys: { n: 1, t: messages.key, optional: true, repeated: true, listType: 'map', listMapKeys: ['id'] },
  },
  [messages.key]: {
    id: optionalField(1, 'string'),
    algorithm: optionalField(2, 'string'),
    phase: optionalField(3, 'string'),
    signsFrom: optionalField(4, time),
    usedUntil: optionalField(5, time),
  },
};
