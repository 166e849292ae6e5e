import type { SchemaField } from '@berth/machinery';

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** The group/version of the fleet's own kinds. */
export const platformVersion = { group: 'platform.berth.dev', version: 'v1' } as const;

/** Full name of a message of `platform.berth.dev/v1`. */
export function platformMessage(name: string): string {
  return `berth.dev.api.platform.v1.${name}`;
}

export const quantityType = 'k8s.io.apimachinery.pkg.api.resource.Quantity';
export const durationType = `${meta}.Duration`;
export const rawObjectType = 'k8s.io.apimachinery.pkg.runtime.RawExtension';

/** `metadata`, the first field of every object. */
export const metadataField: SchemaField = { n: 1, t: `${meta}.ObjectMeta`, optional: true, always: true };

/** A scalar or a message that may be left out. */
export function optionalField(n: number, t: string): SchemaField {
  return { n, t, optional: true };
}

/** A scalar whose zero differs from its absence: a limit of 0 is none left, no limit is no bound. */
export function limitField(n: number, t: string): SchemaField {
  return { n, t, optional: true, ptr: true };
}

/** A list that is replaced as a whole. */
export function listField(n: number, t: string): SchemaField {
  return { n, t, optional: true, repeated: true, listType: 'atomic' };
}

/** Resource name to quantity, as in a ResourceQuota. */
export function quantitiesField(n: number): SchemaField {
  return { n, t: quantityType, map: 'string', optional: true };
}

/** https://github.com/kubernetes/community/blob/master/contributors/devel/sig-architecture/api-conventions.md#typical-status-properties */
export function conditionsField(n: number): SchemaField {
  return {
    n,
    t: `${meta}.Condition`,
    repeated: true,
    optional: true,
    listType: 'map',
    listMapKeys: ['type'],
    patchStrategy: 'merge',
    patchMergeKey: 'type',
  };
}
