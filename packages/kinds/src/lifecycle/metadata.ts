import type { KubeObject, ObjectMeta } from '@berth/machinery';

/** The object with other metadata. Members that are `undefined` are left out. */
export function withMetadata(object: KubeObject, changes: MetadataChanges): KubeObject {
  const metadata: Record<string, unknown> = { ...object.metadata, ...changes };
  for (const [field, value] of Object.entries(changes)) if (value === undefined) delete metadata[field];
  // Only optional members can be undefined in the changes, so what is left is still metadata.
  return { ...object, metadata: metadata as unknown as ObjectMeta };
}

export type MetadataChanges = { readonly [F in keyof ObjectMeta]?: ObjectMeta[F] | undefined };
