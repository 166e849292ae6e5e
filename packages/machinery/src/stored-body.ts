import type { KubeObject } from './object.ts';

/**
 * The bytes of one object as the store keeps them.
 *
 * A stored body is the object's JSON without `apiVersion`, `kind` and `metadata.resourceVersion`, and with `metadata`
 * first, so that it always begins with `{"metadata":{"`. What a commit decides (the revision) and what a request
 * decides (the served version) can then be put in front without parsing: that is why lists are concatenations.
 */
export type StoredBody = string;

/** A served group/version and kind, as `apiVersion` and `kind` stand in JSON. */
export interface TypeMeta {
  apiVersion: string;
  kind: string;
}

const prefix = '{"metadata":{';

/** Serializes an object for the store. The object must have a name: an empty metadata cannot be spliced. */
export function encodeStoredBody(object: KubeObject): StoredBody {
  const { apiVersion: _apiVersion, kind: _kind, metadata, ...rest } = object;
  const { resourceVersion: _resourceVersion, ...storedMetadata } = metadata;
  return JSON.stringify({ metadata: storedMetadata, ...rest });
}

/**
 * The JSON text of a stored object as it goes out.
 *
 * @param typeMeta the served version and kind; left out for the items of a list, as Kubernetes does.
 */
export function renderStoredBody(body: StoredBody, revision: number, typeMeta?: TypeMeta): string {
  const head = typeMeta ? `{"kind":"${typeMeta.kind}","apiVersion":"${typeMeta.apiVersion}",` : '{';
  return `${head}"metadata":{"resourceVersion":"${revision}",${body.slice(prefix.length)}`;
}

/** The object of a stored body, complete with version, kind and `resourceVersion`. */
export function decodeStoredBody(body: StoredBody, revision: number, typeMeta: TypeMeta): KubeObject {
  // The store holds only bodies that passed decoding and validation of their kind.
  const parsed = JSON.parse(body) as Omit<KubeObject, keyof TypeMeta>;
  return {
    ...typeMeta,
    ...parsed,
    metadata: { ...parsed.metadata, resourceVersion: String(revision) },
  };
}
