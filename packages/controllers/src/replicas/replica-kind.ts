import type { PodTemplateSpec, ReplicaSet, ReplicaSetStatus, ReplicationController } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { type OwnerKind, ownerKind } from '../claims/owner-kind.ts';
import { requirementsOf } from '../selection/requirements-of.ts';

/** What ReplicaSets and ReplicationControllers have in common: a number of pods of one template that is kept. */
export interface ReplicaOwner extends KubeObject {
  readonly spec?: {
    readonly replicas?: number;
    readonly minReadySeconds?: number;
    readonly template?: PodTemplateSpec;
  };
  readonly status?: ReplicaSetStatus;
}

export interface ReplicaKind<T extends ReplicaOwner> {
  /** Component name in Events. */
  readonly controller: string;
  readonly owner: OwnerKind<T>;
  /** Whether the status counts pods that are on their way out. */
  readonly countsTerminating: boolean;
}

export const replicaSets: ReplicaKind<ReplicaSet> = {
  controller: 'replicaset-controller',
  owner: ownerKind({
    resource: 'replicasets.apps',
    group: 'apps',
    kind: 'ReplicaSet',
    selectorOf: ({ spec }) => (spec?.selector ? requirementsOf(spec.selector) : undefined),
  }),
  countsTerminating: true,
};

export const replicationControllers: ReplicaKind<ReplicationController> = {
  controller: 'replication-controller',
  owner: ownerKind({
    resource: 'replicationcontrollers',
    group: '',
    kind: 'ReplicationController',
    selectorOf: ({ spec }) => (spec?.selector ? requirementsOfLabels(spec.selector) : undefined),
  }),
  countsTerminating: false,
};

const selectors = new WeakMap<Readonly<Record<string, string>>, { matchLabels: Record<string, string> }>();

/** The requirements of labels that must all be there, made once for each selector object. */
function requirementsOfLabels(labels: Record<string, string>) {
  let selector = selectors.get(labels);
  if (!selector) selectors.set(labels, (selector = { matchLabels: labels }));
  return requirementsOf(selector);
}
