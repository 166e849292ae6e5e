/** JSON as Kubernetes stores it. Integers beyond 2^53 do not occur in the API. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };

/** https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.36/#ownerreference-v1-meta */
export interface OwnerReference {
  apiVersion: string;
  kind: string;
  name: string;
  uid: string;
  controller?: boolean;
  blockOwnerDeletion?: boolean;
}

/** One entry of `metadata.managedFields`: what one manager owns by one way of writing. */
export interface ManagedFieldsEntry {
  manager?: string;
  operation?: 'Apply' | 'Update';
  apiVersion?: string;
  time?: string;
  fieldsType?: 'FieldsV1';
  fieldsV1?: FieldsV1;
  subresource?: string;
}

/** The field set of server-side apply: `f:<field>`, `k:<keys>`, `v:<value>`, `i:<index>` and `.`. */
export interface FieldsV1 {
  [path: string]: FieldsV1;
}

/** Times are RFC 3339 in UTC with whole seconds, as Kubernetes writes `metav1.Time`. */
export interface ObjectMeta {
  name: string;
  generateName?: string;
  namespace?: string;
  selfLink?: string;
  uid?: string;
  resourceVersion?: string;
  generation?: number;
  creationTimestamp?: string | null;
  deletionTimestamp?: string;
  deletionGracePeriodSeconds?: number;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
  ownerReferences?: OwnerReference[];
  finalizers?: string[];
  managedFields?: ManagedFieldsEntry[];
}

/**
 * Any API object, in any version. Kinds that Berth itself works on have their own interfaces in `@berth/kinds`
 * (generated from the schema table); all of them are assignable to this one.
 */
export interface KubeObject {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec?: object;
  status?: object;
}
