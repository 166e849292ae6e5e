import type { ReplicaSet } from '@berth/kinds';
import { semanticEqual } from '@berth/machinery';
import type { Action } from '../reconciler.ts';
import { replicasOf } from './deployment-facts.ts';
import { allSets, type Rollout } from './rollout.ts';

/** What makes the sets that are to be of those that are, with an Event for each that changes its size. */
export function setActions(current: Rollout, target: Rollout): readonly Action[] {
  const before = new Map(allSets(current).map((set) => [set.metadata.name, set]));
  return allSets(target).flatMap((set) => actionsOf(target, set, before.get(set.metadata.name)));
}

function actionsOf(
  { deployment }: Rollout,
  set: ReplicaSet,
  before: ReplicaSet | undefined,
): readonly Action[] {
  if (before && isSame(before, set)) return [];
  const [from, to] = [before ? replicasOf(before) : 0, replicasOf(set)];
  const change: Action = { type: before ? 'update' : 'create', object: set };
  if (from === to) return [change];
  const direction = from < to ? 'up' : 'down';
  const message = `Scaled ${direction} replica set ${set.metadata.name} from ${from} to ${to}`;
  return [
    change,
    { type: 'event', regarding: deployment, eventType: 'Normal', reason: 'ScalingReplicaSet', message },
  ];
}

function isSame(before: ReplicaSet, after: ReplicaSet): boolean {
  if (before === after) return true;
  const { annotations = {} } = before.metadata;
  return (
    semanticEqual(annotations, after.metadata.annotations ?? {}) && semanticEqual(before.spec, after.spec)
  );
}
