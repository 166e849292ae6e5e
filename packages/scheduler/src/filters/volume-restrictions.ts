import type { PersistentVolumeClaim } from '@berth/kinds';
import type { PodFacts } from '../pod-facts.ts';
import { claimsOfPod } from '../volumes/claims-of-pod.ts';
import { type Filter, resolvable } from './filter.ts';

const inUse = resolvable(
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',
);

/** A claim of access mode ReadWriteOncePod is for one pod of the whole cluster. */
export const volumeRestrictions: Filter = {
  name: 'VolumeRestrictions',
  prepare: (pod, cluster) => {
    const exclusive = new Set(
      claimsOfPod(pod.pod)
        .map(({ name }) => name)
        .filter((name) => {
          const key = { resource: 'persistentvolumeclaims', namespace: pod.namespace, name };
          return cluster.get<PersistentVolumeClaim>(key)?.spec?.accessModes?.includes('ReadWriteOncePod');
        }),
    );
    if (exclusive.size === 0) return undefined;
    const uses = (other: PodFacts) =>
      other.namespace === pod.namespace && claimsOfPod(other.pod).some(({ name }) => exclusive.has(name));
    let users = cluster.nodes.reduce((sum, node) => sum + [...node.pods.values()].filter(uses).length, 0);
    return {
      check: () => (users > 0 ? inUse : undefined),
      podMoved: (move) => {
        if (uses(move.pod)) users += move.sign;
      },
    };
  },
};
