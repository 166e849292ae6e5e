import type { KubeObject } from '@berth/machinery';
import type { Action, ClusterView } from '../reconciler.ts';
import { ownerKey } from './owners.ts';

/**
 * An owner of the same uid in another namespace is a mistake worth telling: the reference does not count, and the
 * dependent is about to go. https://kubernetes.io/docs/concepts/overview/working-with-objects/owners-dependents/
 */
export function reportForeignOwner(
  dependent: KubeObject,
  ownerUid: string,
  view: ClusterView,
): readonly Action[] {
  const owner = dependent.metadata.ownerReferences?.find(({ uid }) => uid === ownerUid);
  const { namespace = '' } = dependent.metadata;
  const key = owner && ownerKey(owner, namespace, view);
  if (!owner || !key || !view.list(key.resource).some((object) => object.metadata.uid === ownerUid))
    return [];
  const reference = `[${owner.apiVersion}/${owner.kind}, namespace: ${namespace}, name: ${owner.name}, uid: ${ownerUid}]`;
  const message = `ownerRef ${reference} does not exist in namespace ${JSON.stringify(namespace)}`;
  return [
    {
      type: 'event',
      regarding: dependent,
      eventType: 'Warning',
      reason: 'OwnerRefInvalidNamespace',
      message,
    },
  ];
}
