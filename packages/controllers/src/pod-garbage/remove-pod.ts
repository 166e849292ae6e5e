import type { Pod } from '@berth/kinds';
import { isPodEnded } from '../pods/pod-state.ts';
import type { Action } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** Fails a pod that has not ended, so that its Job counts it, and deletes it without grace: nobody is there to end it. */
export function removePod(pod: Pod): readonly Action[] {
  const status = { ...pod.status, phase: 'Failed' as const };
  const { uid = '', deletionTimestamp, deletionGracePeriodSeconds } = pod.metadata;
  const isGoing = deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0;
  return [
    ...(isPodEnded(pod) ? [] : [{ type: 'updateStatus' as const, object: { ...pod, status } }]),
    ...(isGoing ? [] : [{ type: 'delete' as const, key: keyOf('pods', pod), uid, gracePeriodSeconds: 0 }]),
  ];
}
