import type { PersistentVolume, PersistentVolumeClaim } from '@berth/kinds';
import { claimsOfPod } from '../volumes/claims-of-pod.ts';
import { type Filter, unresolvable } from './filter.ts';

const conflict = unresolvable('node(s) had no available volume zone');

const topologyLabels = [
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
];
const renamed: Readonly<Record<string, string>> = {
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};

/** Volumes that are labelled with a zone or region are used there alone. Several zones are separated by `__`. */
export const volumeZone: Filter = {
  name: 'VolumeZone',
  prepare: (pod, cluster) => {
    const needed = claimsOfPod(pod.pod).flatMap(({ name }) => {
      const key = { resource: 'persistentvolumeclaims', namespace: pod.namespace, name };
      const volumeName = cluster.get<PersistentVolumeClaim>(key)?.spec?.volumeName;
      if (!volumeName) return [];
      const volume = cluster.get<PersistentVolume>({
        resource: 'persistentvolumes',
        namespace: '',
        name: volumeName,
      });
      const labels = volume?.metadata.labels ?? {};
      return topologyLabels.flatMap((label) => {
        const value = labels[label];
        return value === undefined ? [] : [{ label, zones: value.split('__') }];
      });
    });
    if (needed.length === 0) return undefined;
    return {
      check: ({ facts: { labels } }) =>
        needed.every(({ label, zones }) =>
          zones.includes(labels[label] ?? labels[renamed[label] ?? ''] ?? ''),
        )
          ? undefined
          : conflict,
    };
  },
};
