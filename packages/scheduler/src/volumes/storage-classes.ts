import { storageClassesWith, type StorageClass } from '@berth/kinds';
import type { ClusterFacts } from '../cluster-facts.ts';

const resource = 'storageclasses.storage.k8s.io';

/** A class of the cluster, whether anybody has looked at it yet or not. */
export function storageClassOf(cluster: Pick<ClusterFacts, 'list'>, name: string): StorageClass | undefined {
  return storageClassesWith(cluster.list<StorageClass>(resource)).find(
    ({ metadata }) => metadata.name === name,
  );
}
