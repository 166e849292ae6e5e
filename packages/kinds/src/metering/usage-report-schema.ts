import type { SchemaTable } from '@berth/machinery';
import { listField, metadataField, optionalField } from '../platform/schema-parts.ts';

const time = 'k8s.io.apimachinery.pkg.apis.meta.v1.Time';

/** The group/version of metered usage. */
export const meteringVersion = { group: 'metering.berth.dev', version: 'v1' } as const;

function message(name: string): string {
  return `berth.dev.api.metering.v1.${name}`;
}

export const usageReportMessage: string = message('UsageReport');

/** The UsageReport's own messages. */
export const usageReportSchema: SchemaTable = {
  [usageReportMessage]: {
    metadata: metadataField,
    from: optionalField(2, time),
    to: optionalField(3, time),
    tenant: optionalField(4, 'string'),
    totals: { n: 5, t: 'string', map: 'string', optional: true },
    cost: optionalField(6, 'string'),
    usage: listField(7, message('Usage')),
  },
  [message('Usage')]: {
    cluster: optionalField(1, 'string'),
    namespace: optionalField(2, 'string'),
    resource: optionalField(3, 'string'),
    amount: optionalField(4, 'string'),
  },
};
