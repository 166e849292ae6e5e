import type { SchemaMessage } from '../schema-table.ts';

const metaPackage = 'k8s.io.apimachinery.pkg.apis.meta.v1.';
const metadataTypes = new Set([`${metaPackage}ObjectMeta`, `${metaPackage}ListMeta`]);

/** Kinds of the meta package that have no metadata. */
const metaKinds = /^(?:\w+Options|APIGroup|APIGroupList|APIResourceList|APIVersions)$/;

/** Parts of kinds that have metadata and are no kinds themselves. */
const templates = /TemplateSpec$|^PersistentVolumeClaimTemplate$/;

/**
 * Whether a message carries `kind` and `apiVersion` in JSON. Protobuf has them outside the message, so the schema table
 * does not say; a StatefulSet's volume claims and an Eviction's delete options do have them inside another object.
 */
export function hasTypeMeta(message: string, definition: SchemaMessage): boolean {
  const name = message.slice(message.lastIndexOf('.') + 1);
  if (message.startsWith(metaPackage) && metaKinds.test(name)) return true;
  return metadataTypes.has(definition['metadata']?.t ?? '') && !templates.test(name);
}
