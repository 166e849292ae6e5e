import type { Pod, ReplicaSet } from '@berth/kinds';
import { mostPodsAtOnce } from '../../pods/most-pods-at-once.ts';
import { isPodActive } from '../../pods/pod-state.ts';
import type { Action, ClusterView } from '../../reconciler.ts';
import { isActiveSet } from '../deployment-facts.ts';
import { allSets, type Rollout } from '../rollout.ts';
import { gateActions } from './switch-over.ts';
import { isLive } from './gate.ts';
import { isGated } from './sides.ts';

/** Pods that came since the last switch learn which side they are of. Those that are held back need no telling. */
export function gateUpkeep(
  rollout: Rollout,
  { view, now, serves }: { view: ClusterView; now: Date; serves: (set: ReplicaSet) => boolean },
): readonly Action[] {
  const actions = allSets(rollout).flatMap((set) => {
    if (!isGated(set) || !isActiveSet(set) || set.metadata.uid === undefined) return [];
    const pods = view.ownedBy<Pod>(set.metadata.uid, 'pods').filter(isPodActive);
    if (serves(set)) return gateActions(pods, { live: true, now });
    return gateActions(pods.filter(isLive), { live: false, now });
  });
  return actions.slice(0, mostPodsAtOnce);
}
