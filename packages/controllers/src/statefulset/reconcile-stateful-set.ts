import type { ControllerRevision, Pod, StatefulSet } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import { acceptsObjects } from '../accepts-objects.ts';
import { claimObjects } from '../claims/claim-objects.ts';
import {
  compareRevisions,
  type History,
  revisionsResource,
  settleHistory,
} from '../history/settle-history.ts';
import { truncateHistory } from '../history/truncate-history.ts';
import { nextAvailableAt } from '../pods/pod-availability.ts';
import type { Action, ClusterView, ReconcileContext, ReconcileKey } from '../reconciler.ts';
import { Pass } from './pass.ts';
import { processCondemned } from './process-condemned.ts';
import { processReplicas } from './process-replicas.ts';
import { rollPods } from './rolling-update.ts';
import { observe, type Situation } from './situation.ts';
import {
  ordinalOf,
  podRevision,
  revisionHashLabel,
  specOf,
  statefulSetOwner,
  statusOf,
} from './stateful-set-facts.ts';
import { statefulSetStatus } from './stateful-set-status.ts';

/**
 * One pass over a StatefulSet: settle what is its own and its history, see to the ordinals that it wants, take away the
 * others, then the next step of an update.
 */
export function reconcileStatefulSet(
  key: ReconcileKey,
  view: ClusterView,
  context: ReconcileContext,
): readonly Action[] {
  const set = view.get<StatefulSet>(key);
  if (!set) return [];
  const owned = claimAll(set, view);
  if (owned.actions.length > 0) return [...owned.actions, { type: 'wakeAt', at: context.now }];

  const { pods, revisions } = owned;
  const history = settleHistory(
    {
      object: set,
      template: specOf(set).template,
      collisionCount: set.status?.collisionCount,
      hashLabel: revisionHashLabel,
    },
    revisions,
    view,
  );
  const situation = observe(set, { pods, revisions, history, now: context.now });
  const pass = new Pass(set, context);
  const isManaged = !set.metadata.deletionTimestamp && acceptsObjects(view, key.namespace);
  if (isManaged && recordHistory(history, pass)) {
    const step = { situation, view, pass };
    if (processReplicas(step) && processCondemned(step)) rollPods(step);
  }
  const status = statefulSetStatus(situation, { pass, collisionCount: history.collisionCount });
  const availableAt = nextAvailableAt(pods, specOf(set).minReadySeconds, context.now);
  return [
    ...pass.actions,
    ...truncate(situation, history),
    ...(semanticEqual(status, statusOf(set))
      ? []
      : [{ type: 'updateStatus' as const, object: { ...set, status } }]),
    ...(availableAt ? [{ type: 'wakeAt' as const, at: availableAt }] : []),
  ];
}

/** Its pods are those that have its labels and bear a name that it gives. */
function claimAll(set: StatefulSet, view: ClusterView) {
  const claimOf = { owner: statefulSetOwner, view };
  const revisions = claimObjects<StatefulSet, ControllerRevision>(set, {
    ...claimOf,
    resource: revisionsResource,
  });
  const isMember = (pod: Pod): boolean => ordinalOf(pod, set) !== undefined;
  const pods = claimObjects<StatefulSet, Pod>(set, { ...claimOf, resource: 'pods', isWanted: isMember });
  return {
    revisions: revisions.claimed,
    pods: pods.claimed.filter(isMember),
    actions: [...revisions.actions, ...pods.actions],
  };
}

/** @returns false if the revision could not be made: pods of it would be of none */
function recordHistory({ actions, current }: History, pass: Pass): boolean {
  for (const action of actions) {
    if (action.type !== 'create') pass.actions.push(action);
    else if (!pass.create(action.object, `create ControllerRevision ${current.metadata.name}`)) return false;
  }
  return true;
}

/** Revisions that pods are of, and the two that the status names, do not count as history. */
function truncate({ set, pods, current, update }: Situation, history: History): readonly Action[] {
  if (set.metadata.deletionTimestamp) return [];
  const live = new Set([current.revision, update.revision, ...pods.map(podRevision)]);
  const { revisionHistoryLimit: limit = 10 } = specOf(set);
  const isLive = ({ metadata }: ControllerRevision): boolean => live.has(metadata.name);
  const past = [...history.old, ...history.duplicates].sort(compareRevisions);
  return truncateHistory(past, { limit, isLive, countsLive: false });
}
