import type { StorageClass } from '../generated/api-types.ts';

/** Makes volumes that are directories of a node's agent. */
export const localProvisioner = 'local.berth.dev';

/** On a volume of ours: the node whose agent has the directory. */
export const localNodeAnnotation = 'local.berth.dev/node';

/** Keeps a volume of ours until its node's agent has removed the directory. */
export const localDirectoryFinalizer = 'local.berth.dev/directory';

/** The class that every cluster has: a claim that names none gets a directory on the node of its first pod. */
export const localStorageClass: StorageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: {
    name: 'berth-local',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: localProvisioner,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'WaitForFirstConsumer',
  allowVolumeExpansion: true,
};
