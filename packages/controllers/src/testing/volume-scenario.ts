import type { PersistentVolume, PersistentVolumeClaim, Pod, PodSpec, StorageClass } from '@berth/kinds';
import type { MemoryCluster } from './memory-cluster.ts';

export const claimSpec = (storage = '1Gi', spec: object = {}) => ({
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage } },
  ...spec,
});

export function claimOf(
  name: string,
  spec: PersistentVolumeClaim['spec'] = claimSpec(),
): PersistentVolumeClaim {
  return { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name, namespace: 'default' }, spec };
}

export function volumeOf(name: string, spec: PersistentVolume['spec'] = {}): PersistentVolume {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'static',
      nfs: { server: 's', path: '/p' },
      ...spec,
    },
  };
}

export function classNamed(name: string, members: Partial<StorageClass> = {}): StorageClass {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    provisioner: 'kubernetes.io/no-provisioner',
    ...members,
    metadata: { name, ...members.metadata },
  };
}

export function podWith(name: string, claims: readonly string[], spec: Partial<PodSpec> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      containers: [{ name: 'c', image: 'i' }],
      volumes: claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } })),
      ...spec,
    },
  };
}

export const claim = (cluster: MemoryCluster, name: string) =>
  cluster.get<PersistentVolumeClaim>('persistentvolumeclaims', 'default', name);
export const volume = (cluster: MemoryCluster, name: string) =>
  cluster.get<PersistentVolume>('persistentvolumes', '', name);
export const podNamed = (cluster: MemoryCluster, name: string) => cluster.get<Pod>('pods', 'default', name);

/** `Bound v`: where a claim is, and its volume. */
export function stateOfClaim(cluster: MemoryCluster, name: string): string {
  const found = claim(cluster, name);
  return [found?.status?.phase ?? 'gone', found?.spec?.volumeName].filter(Boolean).join(' ');
}

/** `Bound c`: where a volume is, and its claim. */
export function stateOfVolume(cluster: MemoryCluster, name: string): string {
  const found = volume(cluster, name);
  return [found?.status?.phase ?? 'gone', found?.spec?.claimRef?.name].filter(Boolean).join(' ');
}
