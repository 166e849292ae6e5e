import type { Pod } from '@berth/kinds';
import type { ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { isAssigned } from './pod-queue.ts';

/** Between a pod's name and its uid: no name contains it. */
const separator = '/';

/** Ends the claims of pods that are finished or gone. Keys carry the uid, because the pod itself may be no more. */
export const podClaims: Reconciler = {
  name: 'pod-claims',
  keysOf: ({ resource, before, after }: ObservedChange): readonly ReconcileKey[] => {
    if (resource !== 'pods' || !before || !isAssigned(before)) return [];
    if (after && isAssigned(after)) return [];
    const { namespace = '', name, uid = '' } = before.metadata;
    return [{ resource, namespace, name: `${name}${separator}${uid}` }];
  },
  reconcile: (key, view) => {
    const [name = '', podUid = ''] = key.name.split(separator);
    const pod = view.get<Pod>({ ...key, name });
    const holds = pod?.metadata.uid === podUid && isAssigned(pod);
    return holds ? [] : [{ type: 'release', podUid }];
  },
};
