import type { SchemaMessage } from '../schema-table.ts';

const objectMeta = 'k8s.io.apimachinery.pkg.apis.meta.v1.ObjectMeta';

/**
 * Whether a message carries `kind` and `apiVersion` in JSON. Protobuf has them outside the message, so the schema table
 * does not say; a StatefulSet's volume claims and an Eviction's delete options do have them inside another object.
 */
export function hasTypeMeta(message: string, definition: SchemaMessage): boolean {
  const name = message.slice(message.lastIndexOf('.') + 1);
  if (message.startsWith('k8s.io.apimachinery.pkg.apis.meta.v1.')) return name.endsWith('Options');
  const isTemplate = name.endsWith('TemplateSpec') || name === 'PersistentVolumeClaimTemplate';
  return definition['metadata']?.t === objectMeta && !isTemplate;
}
