import type { ControllerRevision, DaemonSet, Node, Pod } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { claimObjects } from '../claims/claim-objects.ts';
import { type History, revisionsResource, settleHistory } from '../history/settle-history.ts';
import { deleteRevision, truncateHistory } from '../history/truncate-history.ts';
import { createPodActions, deletePodActions } from '../pods/pod-actions.ts';
import { nextAvailableAt } from '../pods/pod-availability.ts';
import { unusedPodNames } from '../pods/unused-pod-names.ts';
import type { Action, ClusterView, ReconcileContext, ReconcileKey } from '../reconciler.ts';
import { daemonPod } from './daemon-pod.ts';
import { daemonSetOwner, revisionHashLabel, specOf, statusOf } from './daemon-set-facts.ts';
import { daemonSetStatus } from './daemon-set-status.ts';
import { failuresAnnotation } from './failed-pods.ts';
import { managePods, type Situation } from './manage-pods.ts';
import { nodeChangesTimer } from './node-changes.ts';
import { nothingPlanned, type PodPlan } from './pod-plan.ts';
import { podsByNode } from './pods-by-node.ts';
import { rollPods } from './rolling-update.ts';

/** One pass over a DaemonSet: settle what is its own, its history, its pods node by node, then the next step of an update. */
export function reconcileDaemonSet(
  key: ReconcileKey,
  view: ClusterView,
  context: ReconcileContext,
): readonly Action[] {
  const daemonSet = view.get<DaemonSet>(key);
  if (!daemonSet || daemonSet.metadata.deletionTimestamp) return [];
  const claimOf = { owner: daemonSetOwner, view };
  const revisions = claimObjects<DaemonSet, ControllerRevision>(daemonSet, {
    ...claimOf,
    resource: revisionsResource,
  });
  const pods = claimObjects<DaemonSet, Pod>(daemonSet, { ...claimOf, resource: 'pods' });
  const claims = [...revisions.actions, ...pods.actions];
  if (claims.length > 0) return [...claims, { type: 'wakeAt', at: context.now }];

  const history = settleHistory(
    {
      object: daemonSet,
      template: specOf(daemonSet).template,
      collisionCount: daemonSet.status?.collisionCount,
      hashLabel: revisionHashLabel,
    },
    revisions.claimed,
    view,
  );
  const duplicates = mergeDuplicates(history, pods.claimed);
  if (duplicates.length > 0) return [...duplicates, { type: 'wakeAt', at: context.now }];

  const situation: Situation = {
    daemonSet,
    hash: hashOf(history.current),
    nodes: view.nodes().map(({ node }): Node => node),
    byNode: podsByNode(pods.claimed),
    now: context.now,
  };
  const plan = planWithin(situation, { view, context, history });
  const created = podsOf(plan, situation, { view, context });
  return [
    ...(acceptsObjects(view, key.namespace) ? history.actions : []),
    ...plan.news.map((news): Action => ({ type: 'event', regarding: daemonSet, ...news })),
    ...plan.remove.flatMap((pod) => deletePodActions(daemonSet, pod)),
    ...created.flatMap((pod) => createPodActions(daemonSet, pod)),
    ...truncate(situation, history, pods.claimed),
    ...statusActions(situation, { history, created, pods: pods.claimed }),
    ...wakes(situation, { plan, view, pods: pods.claimed }),
  ];
}

function hashOf({ metadata }: ControllerRevision): string {
  return metadata.labels?.[revisionHashLabel] ?? metadata.name;
}

/** One revision of a template is enough: pods of the others become pods of the latest. */
function mergeDuplicates({ current, duplicates }: History, pods: readonly Pod[]): readonly Action[] {
  const hash = hashOf(current);
  const former = new Set(duplicates.map(hashOf));
  const relabeled = pods
    .filter(({ metadata }) => former.has(metadata.labels?.[revisionHashLabel] ?? ''))
    .map((pod): Action => {
      const labels = { ...pod.metadata.labels, [revisionHashLabel]: hash };
      return { type: 'update', object: { ...pod, metadata: { ...pod.metadata, labels } } };
    });
  return [...relabeled, ...duplicates.map(deleteRevision)];
}

interface Surroundings {
  readonly view: ClusterView;
  readonly context: ReconcileContext;
}

/** What to do with the pods, in portions that a turn can end between; updates go on when all nodes have their pods. */
function planWithin(
  situation: Situation,
  { view, context, history }: Surroundings & { readonly history: History },
): PodPlan {
  const { namespace = '' } = situation.daemonSet.metadata;
  const whole = managePods(situation);
  const isSettled = whole.remove.length + whole.create.length === 0;
  const rolls = isSettled && specOf(situation.daemonSet).updateStrategy?.type === 'RollingUpdate';
  const { retryAt } = whole;
  const plan = rolls ? { ...rollPods(situation), retryAt } : whole;
  const { mostCreates = Number.POSITIVE_INFINITY, podsAtOnce } = context;
  // The revision is the first of the creates; pods of one that cannot be made would be of none.
  const isNewRevision = history.actions.some(({ type }) => type === 'create');
  const creates = Math.max(0, mostCreates - (isNewRevision ? 1 : 0));
  if (!acceptsObjects(view, namespace) || (isNewRevision && mostCreates === 0)) {
    return { ...nothingPlanned, remove: plan.remove.slice(0, podsAtOnce), retryAt };
  }
  const remove = plan.remove.slice(0, podsAtOnce);
  const room = Math.min(creates, podsAtOnce - remove.length);
  return { ...plan, remove, create: plan.create.slice(0, room) };
}

function podsOf({ create }: PodPlan, situation: Situation, { view, context }: Surroundings): readonly Pod[] {
  const { name, namespace = '' } = situation.daemonSet.metadata;
  const generateName = `${name}-`;
  const unused = unusedPodNames(namespace, view, context);
  return create.map(({ node, failures }) => {
    const pod = daemonPod(situation, node, { name: unused(generateName), generateName });
    if (failures === undefined) return pod;
    const annotations = { ...pod.metadata.annotations, [failuresAnnotation]: `${failures}` };
    return { ...pod, metadata: { ...pod.metadata, annotations } };
  });
}

function truncate(situation: Situation, { old }: History, pods: readonly Pod[]): readonly Action[] {
  const live = new Set(pods.map(({ metadata }) => metadata.labels?.[revisionHashLabel]));
  const { revisionHistoryLimit: limit = 10 } = specOf(situation.daemonSet);
  return truncateHistory(old, { limit, isLive: (revision) => live.has(hashOf(revision)), countsLive: true });
}

function statusActions(
  situation: Situation,
  {
    history,
    created,
    pods,
  }: { readonly history: History; readonly created: readonly Pod[]; readonly pods: readonly Pod[] },
): readonly Action[] {
  const { daemonSet } = situation;
  const byNode = podsByNode([...pods, ...created]);
  const status = daemonSetStatus({ ...situation, byNode }, history.collisionCount);
  if (semanticEqual(status, statusOf(daemonSet))) return [];
  return [{ type: 'updateStatus', object: { ...daemonSet, status } }];
}

function wakes(
  { daemonSet, now }: Situation,
  { plan, view, pods }: { readonly plan: PodPlan; readonly view: ClusterView; readonly pods: readonly Pod[] },
): readonly Action[] {
  const times = [
    nodeChangesTimer(daemonSet, { registry: view.registry, now }),
    plan.retryAt === undefined ? undefined : new Date(plan.retryAt),
    nextAvailableAt(pods, specOf(daemonSet).minReadySeconds, now),
  ];
  return times.flatMap((at): Action[] => (at === undefined ? [] : [{ type: 'wakeAt', at }]));
}
