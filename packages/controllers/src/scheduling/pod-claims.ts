import type { Pod } from '@berth/kinds';
import { podRequests } from '@berth/scheduler';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { isAssigned } from './pod-queue.ts';

/** Between the parts of a key's name: no name contains it. */
const separator = '/';

/**
 * Ends the claims of pods that are finished or gone. The key's name carries all that it takes (`<name>/<uid>/<node>/
 * <millicores>/<bytes>`), because the pod itself may be no more.
 */
export const podClaims: Reconciler = {
  name: 'pod-claims',
  keysOf: ({ resource, before, after }: ObservedChange): readonly ReconcileKey[] => {
    if (resource !== 'pods' || !before || !isAssigned(before)) return [];
    return after && isAssigned(after) ? [] : [claimKey(before)];
  },
  reconcile: releaseClaim,
};

function claimKey(pod: Pod): ReconcileKey {
  const { namespace = '', name, uid = '' } = pod.metadata;
  const { cpuMillis, memoryBytes } = podRequests(pod);
  const parts = [name, uid, pod.spec?.nodeName, cpuMillis, memoryBytes];
  return { resource: 'pods', namespace, name: parts.join(separator) };
}

function releaseClaim(key: ReconcileKey, view: ClusterView): readonly Action[] {
  const [name = '', podUid = '', node = '', cpuMillis, memoryBytes] = key.name.split(separator);
  const pod = view.get<Pod>({ ...key, name });
  if (pod?.metadata.uid === podUid && isAssigned(pod)) return [];
  const room = { node, cpuMillis: Number(cpuMillis), memoryBytes: Number(memoryBytes) };
  return [{ type: 'release', podUid, room }];
}
