import { classOf, type PersistentVolumeClaim } from '@berth/kinds';
import type { ClusterFacts } from '../cluster-facts.ts';
import { storageClassOf } from './storage-classes.ts';

/** Whether the claim is bound only when the node of its first pod is known. */
export function waitsForPod(claim: PersistentVolumeClaim, cluster: Pick<ClusterFacts, 'list'>): boolean {
  const name = classOf(claim);
  return name !== '' && storageClassOf(cluster, name)?.volumeBindingMode === 'WaitForFirstConsumer';
}
