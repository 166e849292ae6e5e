import type { ReplicaSet } from '@berth/kinds';
import { historyLimit, replicasOf } from './deployment-facts.ts';
import { byRevision } from './revision.ts';
import type { Rollout } from './rollout.ts';

/** Old sets beyond `revisionHistoryLimit`, the earliest revisions first; none that has pods, or may get some. */
export function surplusSets({ deployment, oldSets }: Rollout): readonly ReplicaSet[] {
  const limit = historyLimit(deployment);
  if (limit === undefined) return [];
  const kept = oldSets.filter((set) => !set.metadata.deletionTimestamp);
  if (kept.length <= limit) return [];
  return kept
    .toSorted(byRevision)
    .slice(0, kept.length - limit)
    .filter(isUnused);
}

function isUnused(set: ReplicaSet): boolean {
  const { generation = 0 } = set.metadata;
  const { replicas = 0, observedGeneration = 0 } = set.status ?? {};
  return replicas === 0 && replicasOf(set) === 0 && generation <= observedGeneration;
}
