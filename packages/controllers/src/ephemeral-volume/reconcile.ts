import type { PersistentVolumeClaim, Pod, Volume } from '@berth/kinds';
import { claimKey, claimsResource } from '../persistent-volume/volume-facts.ts';
import type { Action, ClusterView, Reconciler, ReconcileKey } from '../reconciler.ts';
import { keyOf } from '../turn/base-view.ts';

/** Makes the claims of pods' ephemeral volumes. https://kubernetes.io/docs/concepts/storage/ephemeral-volumes/#generic-ephemeral-volumes */
export const ephemeralVolumeController: Reconciler = {
  name: 'ephemeral_volume',
  keysOf: ({ resource, before, after }, view): readonly ReconcileKey[] => {
    if (resource === 'pods')
      return !before && after && templatesOf(after).length > 0 ? [keyOf(resource, after)] : [];
    if (resource !== claimsResource || after || !before) return [];
    const owner = before.metadata.ownerReferences?.find(
      ({ kind, controller }) => kind === 'Pod' && controller,
    );
    const { namespace = '' } = before.metadata;
    const key = { resource: 'pods', namespace, name: owner?.name ?? '' };
    return owner && view.get(key) ? [key] : [];
  },
  reconcile: (key, view) => {
    const pod = view.get<Pod>(key);
    if (!pod || pod.metadata.deletionTimestamp) return [];
    return templatesOf(pod).flatMap((volume) => ensureClaim(pod, volume, view));
  },
};

function templatesOf({ spec }: Pod): readonly Volume[] {
  return (spec?.volumes ?? []).filter(({ ephemeral }) => ephemeral?.volumeClaimTemplate);
}

function ensureClaim(pod: Pod, volume: Volume, view: ClusterView): readonly Action[] {
  const { namespace = '', uid = '' } = pod.metadata;
  const name = `${pod.metadata.name}-${volume.name}`;
  const found = view.get<PersistentVolumeClaim>(claimKey({ namespace, name }));
  if (found?.metadata.ownerReferences?.some((owner) => owner.uid === uid)) return [];
  if (found) {
    const message = `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`;
    return [{ type: 'event', regarding: pod, eventType: 'Warning', reason: 'FailedMount', message }];
  }
  return [{ type: 'create', object: claimFor(pod, volume) }];
}

function claimFor(pod: Pod, { name, ephemeral }: Volume): PersistentVolumeClaim {
  const { metadata, spec } = ephemeral?.volumeClaimTemplate ?? {};
  const owner = {
    apiVersion: 'v1',
    kind: 'Pod',
    name: pod.metadata.name,
    uid: pod.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: `${pod.metadata.name}-${name}`,
      namespace: pod.metadata.namespace ?? '',
      ...(metadata?.labels && { labels: metadata.labels }),
      ...(metadata?.annotations && { annotations: metadata.annotations }),
      ownerReferences: [owner],
    },
    ...(spec && { spec }),
  };
}
