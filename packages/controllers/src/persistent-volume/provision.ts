import {
  classOf,
  localDirectoryFinalizer,
  localNodeAnnotation,
  localProvisioner,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type StorageClass,
} from '@berth/kinds';
import { requestedStorage, selectedNodeAnnotation } from '@berth/scheduler';
import type { Action, ClusterView } from '../reconciler.ts';
import {
  normal,
  provisionedByAnnotation,
  provisionerAnnotations,
  volumeKey,
  warning,
  withAnnotations,
  withoutAnnotation,
} from './volume-facts.ts';

interface Provisioning {
  readonly view: ClusterView;
  readonly classes: readonly StorageClass[];
}

/** Has a volume made for a claim: a directory of a node at once, anything else by whoever the class names. */
export function provision(claim: PersistentVolumeClaim, { view, classes }: Provisioning): readonly Action[] {
  const name = classOf(claim);
  const storageClass = classes.find(({ metadata }) => metadata.name === name);
  if (!storageClass) return [failed(claim, `storageclass.storage.k8s.io ${JSON.stringify(name)} not found`)];
  const { provisioner } = storageClass;
  if (provisioner === localProvisioner) return provisionLocal(claim, storageClass, view);
  if (provisioner.startsWith('kubernetes.io/')) {
    return [failed(claim, `no volume plugin matched name: ${provisioner}`)];
  }
  const message = `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
  return [
    ...askProvisioner(claim, provisioner),
    normal({ about: claim, reason: 'ExternalProvisioning', message }),
  ];
}

/** Names who is to make the volume, as provisioners look for it. */
function askProvisioner(claim: PersistentVolumeClaim, provisioner: string): readonly Action[] {
  const asked = Object.fromEntries(provisionerAnnotations.map((name) => [name, provisioner]));
  const isAsked = provisionerAnnotations.every((name) => claim.metadata.annotations?.[name] === provisioner);
  return isAsked ? [] : [{ type: 'update', object: withAnnotations(claim, asked) }];
}

function provisionLocal(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass,
  view: ClusterView,
): readonly Action[] {
  const refusal = refusalOf(claim, storageClass, view);
  if (refusal !== undefined) {
    return [
      failed(
        claim,
        `failed to provision volume with StorageClass ${JSON.stringify(storageClass.metadata.name)}: ${refusal}`,
      ),
    ];
  }
  const nodeName = claim.metadata.annotations?.[selectedNodeAnnotation] ?? '';
  const node = view.nodes().find((candidate) => candidate.node.metadata.name === nodeName)?.node;
  // The scheduler chooses again.
  if (!node) return [{ type: 'update', object: withoutAnnotation(claim, selectedNodeAnnotation) }];
  const volume = localVolume(claim, { storageClass, node });
  const message = `Successfully provisioned volume ${volume.metadata.name}`;
  return [
    ...askProvisioner(claim, localProvisioner),
    ...(view.get(volumeKey(volume.metadata.name)) ? [] : [{ type: 'create' as const, object: volume }]),
    normal({ about: claim, reason: 'ProvisioningSucceeded', message }),
  ];
}

function refusalOf(
  { spec }: PersistentVolumeClaim,
  storageClass: StorageClass,
  { registry }: ClusterView,
): string | undefined {
  if (registry.byResource('nodes')?.home !== 'fleet')
    return 'the nodes of this cluster are its own; they need a provisioner of their own';
  if (storageClass.volumeBindingMode !== 'WaitForFirstConsumer')
    return 'a directory of a node needs volumeBindingMode WaitForFirstConsumer';
  if (spec?.volumeMode === 'Block')
    return 'a directory of a node is a file system; volumeMode Block is not supported';
  if (spec?.selector) return 'claim Selector is not supported';
  return spec?.dataSource || spec?.dataSourceRef ? 'data sources are not supported' : undefined;
}

/** Named for the claim, so that it is made once, however often it is tried. */
function localVolume(
  claim: PersistentVolumeClaim,
  { storageClass, node }: { readonly storageClass: StorageClass; readonly node: Node },
): PersistentVolume {
  const { name: claimName, namespace = '', uid = '', resourceVersion } = claim.metadata;
  const name = `pvc-${uid}`;
  const { reclaimPolicy = 'Delete', mountOptions } = storageClass;
  const reference = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name: claimName, uid };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: {
      name,
      ...(hasDirectories(node) && { finalizers: [localDirectoryFinalizer] }),
      annotations: { [provisionedByAnnotation]: localProvisioner, [localNodeAnnotation]: node.metadata.name },
    },
    spec: {
      accessModes: [...(claim.spec?.accessModes ?? [])],
      capacity: { storage: requestedStorage(claim) },
      claimRef: resourceVersion === undefined ? reference : { ...reference, resourceVersion },
      csi: { driver: localProvisioner, volumeHandle: name },
      nodeAffinity: { required: { nodeSelectorTerms: [termOf(node)] } },
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata.name,
      volumeMode: 'Filesystem',
      ...(mountOptions && { mountOptions: [...mountOptions] }),
    },
  };
}

/** A simulated node makes none, so that nobody has to remove any. */
function hasDirectories({ metadata }: Node): boolean {
  return metadata.labels?.['berth.dev/runtime'] !== 'simulated';
}

const hostname = 'kubernetes.io/hostname';

function termOf({ metadata }: Node) {
  const label = metadata.labels?.[hostname];
  return label === undefined
    ? { matchFields: [{ key: 'metadata.name', operator: 'In' as const, values: [metadata.name] }] }
    : { matchExpressions: [{ key: hostname, operator: 'In' as const, values: [label] }] };
}

function failed(claim: PersistentVolumeClaim, message: string): Action {
  return warning({ about: claim, reason: 'ProvisioningFailed', message });
}
