import type { KubeObject } from '@berth/machinery';
import type { AssignmentRoom } from './assignment-room.ts';

/**
 * The life of an object from request to log, the same for the API server and for controllers. Everything here is pure:
 * time, ids and randomness come in with {@link LifecycleContext}. Objects are of the storage version.
 */
export interface LifecycleContext {
  readonly now: Date;
  readonly newUid: () => string;
  /** Five characters of Kubernetes' name alphabet, for `generateName`. */
  readonly newNameSuffix: () => string;
  /**
   * The objects of a resource that judge objects of a namespace, in order of their names; see `KindAdmission`. Those of
   * the cluster, where the resource has no namespaces, with what every cluster has of them (`bootstrapObjects`).
   * May be absent where no kind with an admission is created.
   */
  readonly policies?: (resource: string, namespace: string) => readonly KubeObject[];
  /** What objects can be given; see `KindDefinition.assign`. Without it they are given nothing. */
  readonly room?: AssignmentRoom;
}

/** `metav1.DeleteOptions`, decoded. Checked by `beforeDelete`. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  readonly orphanDependents?: boolean;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
}

/**
 * What a request makes of an object.
 * - `write`: store `object` as the next state.
 * - `remove`: the object goes; `object` is its last state, for the delete event.
 * - `unchanged`: nothing to commit; `object` is the current state.
 */
export interface Mutation {
  readonly effect: 'write' | 'remove' | 'unchanged';
  readonly object: KubeObject;
}
