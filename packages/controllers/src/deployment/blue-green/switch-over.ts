import type { Pod, ReplicaSet } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { isPodActive } from '../../pods/pod-state.ts';
import type { Action, ClusterView } from '../../reconciler.ts';
import { keyOf } from '../../turn/base-view.ts';
import { isActiveSet, replicasOf, wantedReplicas } from '../deployment-facts.ts';
import { allSets, resized, type Rollout } from '../rollout.ts';
import { isLive, withGate } from './gate.ts';
import { settingsOf } from './settings.ts';
import { asLive, asRetired, isGated, sideOf, withoutMarks } from './sides.ts';

export interface SwitchOver {
  readonly sets: readonly ReplicaSet[];
  /** Every pod of both sides: one reconcile is applied whole, however much it writes. */
  readonly actions: readonly Action[];
}

/** Moves all traffic to the pods of `to`. Pods that cannot be held back, for want of the gate, end. */
export function switchOver(
  rollout: Rollout,
  to: ReplicaSet,
  { view, now }: { readonly view: ClusterView; readonly now: Date },
): SwitchOver {
  const { deployment } = rollout;
  const sets: ReplicaSet[] = [];
  const losing: Action[] = [];
  const { keepOldMs } = settingsOf(deployment);
  for (const set of allSets(rollout)) {
    if (set === to || !isActiveSet(set) || sideOf(set) !== 'live') continue;
    const pods = view.ownedBy<Pod>(set.metadata.uid ?? '', 'pods').filter(isPodActive);
    if (isGated(set) && keepOldMs > 0) {
      const size =
        replicasOf(set) === wantedReplicas(deployment)
          ? set
          : resized(set, wantedReplicas(deployment), deployment);
      sets.push(asRetired(size, toTime(now)));
    } else sets.push(resized(withoutMarks(set), 0, deployment));
    losing.push(...(isGated(set) ? gateActions(pods, { live: false, now }) : pods.map(deletion)));
  }
  const gaining = view.ownedBy<Pod>(to.metadata.uid ?? '', 'pods').filter(isPodActive);
  sets.push(asLive(to));
  return { sets, actions: [...losing, ...gateActions(gaining, { live: true, now })] };
}

/** Tells pods what they are, as far as they do not know. */
export function gateActions(
  pods: readonly Pod[],
  { live, now }: { readonly live: boolean; readonly now: Date },
): readonly Action[] {
  return pods.flatMap((pod): readonly Action[] =>
    isLive(pod) === live ? [] : [{ type: 'updateStatus', object: withGate(pod, live, now) }],
  );
}

function deletion(pod: Pod): Action {
  return { type: 'delete', key: keyOf('pods', pod), uid: pod.metadata.uid ?? '' };
}
