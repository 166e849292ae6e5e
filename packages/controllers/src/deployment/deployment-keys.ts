import { type Deployment, liveGate, type Pod, type ReplicaSet } from '@berth/kinds';
import { controllingOwner, ownerKeysOfDependent } from '../claims/owner-kind.ts';
import { controllerOf } from '../ownership.ts';
import { roomierNamespace } from '../quota-news.ts';
import type { ClusterView, ObservedChange, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';
import { conditionOf } from './conditions.ts';
import { deploymentsResource, replicaSetsResource } from './deployment-facts.ts';
import { deploymentOwner } from './deployment-owner.ts';
import { refusedReason } from './refused-set.ts';

/** Deployments that changed or whose sets did, those whose pods wait at a gate, and those that may have been short of room. */
export function deploymentKeys(change: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  switch (change.resource) {
    case deploymentsResource:
      return change.after ? [keyOf(deploymentsResource, change.after)] : [];
    case replicaSetsResource:
      return ownerKeysOfDependent(change, view, deploymentOwner);
    case 'pods':
      return keysOfPod(change, view);
    default: {
      const roomier = roomierNamespace(change, view.registry);
      return roomier === undefined ? [] : refusedDeployments(roomier, view);
    }
  }
}

/** What a pod without the gate is like, its ReplicaSet tells. */
function keysOfPod({ before, after }: ObservedChange, view: ClusterView): readonly ReconcileKey[] {
  const pod: Pod | undefined = after ?? before;
  if (!pod?.spec?.readinessGates?.some(({ conditionType }) => conditionType === liveGate)) return [];
  const reference = controllerOf(pod);
  if (reference?.kind !== 'ReplicaSet') return [];
  const namespace = pod.metadata.namespace ?? '';
  const set = view.get<ReplicaSet>({ resource: replicaSetsResource, namespace, name: reference.name });
  const deployment = set && controllingOwner(set, view, deploymentOwner);
  return deployment ? [keyOf(deploymentsResource, deployment)] : [];
}

/** Their new set was refused. */
function refusedDeployments(namespace: string, view: ClusterView): readonly ReconcileKey[] {
  return view
    .list<Deployment>(deploymentsResource, namespace)
    .filter(({ status }) => conditionOf(status?.conditions, 'Progressing')?.reason === refusedReason)
    .map((deployment) => keyOf(deploymentsResource, deployment));
}
