import { type Deployment, type DeploymentStatus, type ReplicaSet } from '@berth/kinds';
import { semanticEqual, toTime } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { claimObjects } from '../claims/claim-objects.ts';
import type { Action, ClusterView, ReconcileContext, ReconcileKey } from '../reconciler.ts';
import { revisionAnnotation } from './annotations.ts';
import { isGated, sideAnnotations } from './blue-green/sides.ts';
import { conditionOf, withCondition } from './conditions.ts';
import { deploymentOwner } from './deployment-owner.ts';
import { progressDeadline, replicaSetsResource } from './deployment-facts.ts';
import { newSetName } from './new-replica-set.ts';
import { nextStep } from './next-step.ts';
import { deadlineAt, progressing, withFailures, withPauses, withProgress } from './progress.ts';
import { newSetAnnotations } from './revision.ts';
import { allSets, type Rollout, rolloutOf } from './rollout.ts';
import { setActions } from './set-actions.ts';
import { countStatus } from './status.ts';
import type { Step } from './step.ts';

/** One pass over a Deployment: its sets, what is to become of them, and what there is to tell. */
export function reconcileDeployment(
  key: ReconcileKey,
  view: ClusterView,
  context: ReconcileContext,
): readonly Action[] {
  const deployment = view.get<Deployment>(key);
  if (!deployment || !acceptsObjects(view, key.namespace)) return [];
  const claim = claimObjects<Deployment, ReplicaSet>(deployment, {
    owner: deploymentOwner,
    resource: replicaSetsResource,
    view,
  });
  if (claim.actions.length > 0) return claim.actions;
  const current = rolloutOf(deployment, claim.claimed);
  if (deployment.metadata.deletionTimestamp) {
    return told(current, { target: current, progress: 'keep' }, context.now);
  }
  if (isNameTaken(current, view)) return [countCollision(deployment)];
  const revised = withRevision(current);
  const step = nextStep(revised, { ...context, view });
  return [
    ...setActions(current, step.target),
    ...(step.actions ?? []),
    ...(step.surplus ?? []).map(
      ({ metadata }): Action => ({
        type: 'delete',
        key: { resource: replicaSetsResource, namespace: key.namespace, name: metadata.name },
        uid: metadata.uid ?? '',
        propagationPolicy: 'Background',
      }),
    ),
    ...told(current, step, context.now),
  ];
}

/** The newest set takes over what the Deployment says beside its template. */
function withRevision(rollout: Rollout): Rollout {
  const { deployment, newSet, oldSets } = rollout;
  if (!newSet) return rollout;
  const annotations = newSetAnnotations(deployment, newSet.metadata.annotations ?? {}, oldSets);
  const { minReadySeconds: _before, ...spec } = newSet.spec ?? {};
  const { minReadySeconds } = deployment.spec ?? {};
  return {
    ...rollout,
    newSet: {
      ...newSet,
      metadata: { ...newSet.metadata, annotations },
      spec: { ...spec, ...(minReadySeconds && !isGated(newSet) ? { minReadySeconds } : {}) },
    },
  };
}

/** The name of the set that would be made is another's: either its template has the same hash, or it is no set of ours. */
function isNameTaken({ deployment, newSet }: Rollout, view: ClusterView): boolean {
  if (newSet || deployment.spec?.paused) return false;
  const { namespace = '' } = deployment.metadata;
  const { name } = newSetName(deployment);
  return view.get({ resource: replicaSetsResource, namespace, name }) !== undefined;
}

function countCollision(deployment: Deployment): Action {
  const { status } = deployment;
  const collisionCount = (status?.collisionCount ?? 0) + 1;
  return { type: 'updateStatus', object: { ...deployment, status: { ...status, collisionCount } } };
}

/** The status, the annotations of the Deployment itself, and Events. */
function told(current: Rollout, step: Step, now: Date): readonly Action[] {
  const { deployment } = current;
  const status = nextStatus(current, step, now);
  const annotations = nextAnnotations(deployment, step);
  const isNews =
    !semanticEqual(status, deployment.status) ||
    !semanticEqual(annotations, deployment.metadata.annotations ?? {});
  const object = { ...deployment, metadata: { ...deployment.metadata, annotations }, status };
  const deadline = deadlineAt(deployment, status);
  // Times of conditions have no parts of seconds.
  const wakes = [...(step.wakes ?? []), ...(deadline === undefined ? [] : [deadline + 1000])];
  return [
    ...(isNews ? [{ type: 'updateStatus', object } as const] : []),
    ...(step.news ?? []).map((news): Action => ({ type: 'event', regarding: deployment, ...news })),
    ...wakes.map((at): Action => ({ type: 'wakeAt', at: new Date(at) })),
  ];
}

function nextStatus(current: Rollout, step: Step, now: Date): DeploymentStatus {
  const { deployment } = current;
  const at = toTime(now);
  const uncounted = new Set((step.uncounted ?? []).map(({ metadata }) => metadata.name));
  const counted = allSets(step.target).filter(({ metadata }) => !uncounted.has(metadata.name));
  const conditions = withPauses(deployment, deployment.status?.conditions ?? [], at);
  const known =
    step.progress === 'keep' ? conditions : withNewSet(current, step.target, { conditions, now: at });
  const status = countStatus(step.target, { counted, conditions: known, now: at });
  if (step.progress === 'keep') return status;
  if (step.progress === 'estimate') return withFailures(step.target, withProgress(step.target, status, now));
  if (progressDeadline(deployment) === undefined) return withFailures(step.target, status);
  const { text, renews } = step.progress;
  const next = withCondition(status.conditions ?? [], text, { now: at, renews });
  return withFailures(step.target, { ...status, conditions: [...next] });
}

/** A set that was just made is progress; one that was found is where it begins. */
function withNewSet(
  current: Rollout,
  target: Rollout,
  { conditions, now }: { conditions: NonNullable<ReturnType<typeof withPauses>>; now: string },
) {
  if (progressDeadline(current.deployment) === undefined || !target.newSet) return conditions;
  const name = `"${target.newSet.metadata.name}"`;
  if (!current.newSet) {
    const text = progressing('True', 'NewReplicaSetCreated', `Created new replica set ${name}`);
    return withCondition(conditions, text, { now });
  }
  if (conditionOf(conditions, 'Progressing')) return conditions;
  const text = progressing('True', 'FoundNewReplicaSet', `Found new replica set ${name}`);
  return withCondition(conditions, text, { now });
}

/** The revision of the newest set is the Deployment's. What only sets say, clients sometimes copy back from one. */
function nextAnnotations({ metadata }: Deployment, { target, consumed = [] }: Step): Record<string, string> {
  const annotations = { ...metadata.annotations };
  for (const name of [...sideAnnotations, ...consumed]) delete annotations[name];
  const revision = target.newSet?.metadata.annotations?.[revisionAnnotation];
  return revision === undefined ? annotations : { ...annotations, [revisionAnnotation]: revision };
}
