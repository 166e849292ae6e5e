import type { Pod } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { claimObjects } from '../claims/claim-objects.ts';
import { createPodActions, deletePodActions } from '../pods/pod-actions.ts';
import { nextAvailableAt } from '../pods/pod-availability.ts';
import { podFromTemplate } from '../pods/pod-from-template.ts';
import { isPodActive, isPodTerminating } from '../pods/pod-state.ts';
import { unusedPodNames } from '../pods/unused-pod-names.ts';
import type { Action, ClusterView, ReconcileContext, ReconcileKey } from '../reconciler.ts';
import type { ReplicaKind, ReplicaOwner } from './replica-kind.ts';
import { type PodPlan, planPods } from './replica-pods.ts';
import { replicaStatus } from './replica-status.ts';

const nothing: PodPlan = { create: 0, remove: [] };

/** One pass: settle which pods are its own, create or delete what is missing or too much, tell the status. */
export function reconcileReplicas<T extends ReplicaOwner>(
  kind: ReplicaKind<T>,
  key: ReconcileKey,
  { view, context }: { view: ClusterView; context: ReconcileContext },
): readonly Action[] {
  const owner = view.get<T>(key);
  if (!owner) return [];
  const { claimed, actions } = claimObjects<T, Pod>(owner, {
    owner: kind.owner,
    resource: 'pods',
    view,
    isWanted: isPodActive,
  });
  if (actions.length > 0) return actions;

  const active = claimed.filter(isPodActive);
  const { deletionTimestamp, namespace = '' } = owner.metadata;
  const isManaged = !deletionTimestamp && acceptsObjects(view, namespace);
  const plan = isManaged ? planPods(owner, active, { view, context }) : nothing;
  const removed = new Set(plan.remove);
  const staying = removed.size > 0 ? active.filter((pod) => !removed.has(pod)) : active;
  const status = replicaStatus(
    owner,
    {
      active: staying,
      created: plan.create,
      terminating: kind.countsTerminating ? countTerminating(claimed, plan.remove) : undefined,
      refusal: context.createRefusal,
    },
    context.now,
  );
  const availableAt = nextAvailableAt(staying, owner.spec?.minReadySeconds, context.now);
  return [
    ...plan.remove.flatMap((pod) => deletePodActions(owner, pod)),
    ...createActions(owner, plan.create, { view, context }),
    ...(semanticEqual(status, owner.status)
      ? []
      : [{ type: 'updateStatus' as const, object: { ...owner, status } }]),
    ...(availableAt ? [{ type: 'wakeAt' as const, at: availableAt }] : []),
  ];
}

/** A pod that has a node needs time to go; one without is gone at once. */
function countTerminating(pods: readonly Pod[], removed: readonly Pod[]): number {
  const going = removed.filter(({ spec }) => spec?.nodeName);
  return pods.filter(isPodTerminating).length + going.length;
}

function createActions(
  owner: ReplicaOwner,
  count: number,
  { view, context }: { view: ClusterView; context: ReconcileContext },
): readonly Action[] {
  const { name: ownerName, namespace = '' } = owner.metadata;
  const prefix = `${ownerName}-`;
  const unusedName = unusedPodNames(namespace, view, context);
  return Array.from({ length: count }, () => unusedName(prefix)).flatMap((name) =>
    createPodActions(
      owner,
      podFromTemplate(owner, owner.spec?.template ?? {}, { name, generateName: prefix }),
    ),
  );
}
