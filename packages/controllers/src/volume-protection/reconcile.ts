import {
  claimProtectionFinalizer,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  volumeProtectionFinalizer,
} from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import { claimsOfPod } from '@berth/scheduler';
import { claimKey, claimsResource, volumesResource } from '../persistent-volume/volume-facts.ts';
import type { Action, ClusterView, ObservedChange, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#storage-object-in-use-protection */
export const volumeProtection: Reconciler = {
  name: 'volume-protection',
  keysOf: (change) => {
    if (change.resource === 'pods') return keysOfPod(change);
    if (change.resource !== claimsResource && change.resource !== volumesResource) return [];
    return change.after?.metadata.deletionTimestamp ? [keyOf(change.resource, change.after)] : [];
  },
  reconcile: (key, view) => {
    const object = view.get(key);
    if (!object?.metadata.deletionTimestamp) return [];
    if (key.resource === claimsResource) {
      return isUsed(object, view) ? [] : withoutFinalizer(object, claimProtectionFinalizer);
    }
    const { status }: PersistentVolume = object;
    return status?.phase === 'Bound' ? [] : withoutFinalizer(object, volumeProtectionFinalizer);
  },
};

/** A pod that ended or went may have been the last that used its claims. */
function keysOfPod({ before, after }: ObservedChange): readonly ReconcileKey[] {
  const pod: Pod | undefined = before;
  if (!pod || isEnded(pod) || (after && !isEnded(after))) return [];
  const { namespace = '' } = pod.metadata;
  return claimsOfPod(pod).map(({ name }) => claimKey({ namespace, name }));
}

/** As upstream: pods that have ended, and pods that no node has, use nothing. */
function isUsed({ metadata }: PersistentVolumeClaim, view: ClusterView): boolean {
  return view
    .list<Pod>('pods', metadata.namespace ?? '')
    .some(
      (pod) =>
        pod.spec?.nodeName && !isEnded(pod) && claimsOfPod(pod).some(({ name }) => name === metadata.name),
    );
}

function isEnded({ status }: Pod): boolean {
  return status?.phase === 'Succeeded' || status?.phase === 'Failed';
}

function withoutFinalizer(object: KubeObject, finalizer: string): readonly Action[] {
  const { finalizers = [] } = object.metadata;
  if (!finalizers.includes(finalizer)) return [];
  const left = finalizers.filter((name) => name !== finalizer);
  return [{ type: 'update', object: { ...object, metadata: { ...object.metadata, finalizers: left } } }];
}
