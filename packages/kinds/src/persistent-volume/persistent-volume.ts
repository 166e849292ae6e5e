import { type KubeObject, path } from '@berth/machinery';
import { formatAccessModes } from '../columns/access-modes.ts';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { PersistentVolume } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { defaultDisks, defaultHostPath } from '../pod-template/default-volumes.ts';
import { deprecatedSourceWarnings } from '../pod-template/deprecated-sources.ts';
import { fieldWarning } from '../pod-template/field-warning.ts';
import { nodeTermWarnings } from '../pod-template/node-label-warnings.ts';
import { classOf } from '../storage-class/class-of.ts';
import { localNodeAnnotation, localProvisioner } from '../storage-class/local-class.ts';
import { withFinalizer } from '../platform/held-by-finalizer.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { noErrors } from '../strategy/unchanged.ts';
import { validatePersistentVolume, validatePersistentVolumeUpdate } from './validate-persistent-volume.ts';

/** Keeps a volume that is bound to a claim. */
export const volumeProtectionFinalizer = 'kubernetes.io/pv-protection';

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/ */
export const persistentVolume: KindDefinition = {
  kind: 'PersistentVolume',
  listKind: 'PersistentVolumeList',
  plural: 'persistentvolumes',
  singular: 'persistentvolume',
  shortNames: ['pv'],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.PersistentVolume' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    volumeColumn('Capacity', 'How much it holds.', ({ spec }) => spec?.capacity?.['storage'] ?? '0'),
    volumeColumn('Access Modes', 'How it may be mounted.', ({ spec }) =>
      formatAccessModes(spec?.accessModes),
    ),
    volumeColumn(
      'Reclaim Policy',
      'What becomes of it without its claim.',
      ({ spec }) => spec?.persistentVolumeReclaimPolicy ?? '',
    ),
    volumeColumn('Status', 'Where it is in its life.', phaseOf),
    volumeColumn('Claim', 'The claim that it is bound to.', claimOf),
    volumeColumn('StorageClass', 'The class that it belongs to.', classOf),
    volumeColumn(
      'VolumeAttributesClass',
      'The attributes that it has.',
      ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    ),
    volumeColumn('Reason', 'Why it failed.', ({ status }) => status?.reason ?? ''),
    ageColumn,
    wideColumn({
      name: 'VolumeMode',
      description: 'Whether it is a file system or a block device.',
      cell: ({ spec }: PersistentVolume) => spec?.volumeMode ?? '<unset>',
    }),
  ],
  strategy: {
    applyDefaults,
    prepareForCreate,
    prepareForUpdate: keepStatus,
    validateCreate: validatePersistentVolume,
    validateUpdate: validatePersistentVolumeUpdate,
    warnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: noErrors },
  },
  selectableFields: {},
  hasGeneration: false,
  answersDeleteWithObject: true,
  assignedNode: nodeOf,
};

function volumeColumn(name: string, description: string, cell: (volume: PersistentVolume) => string) {
  return textColumn({ name, description, cell: (object) => cell(object) });
}

function phaseOf({ metadata, status }: PersistentVolume): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}

function claimOf({ spec }: PersistentVolume): string {
  const claim = spec?.claimRef;
  return claim ? `${claim.namespace ?? ''}/${claim.name ?? ''}` : '';
}

function applyDefaults(object: KubeObject): KubeObject {
  const volume: PersistentVolume = structuredClone(object);
  const spec = (volume.spec ??= {});
  spec.persistentVolumeReclaimPolicy ||= 'Retain';
  spec.volumeMode ??= 'Filesystem';
  defaultHostPath(spec.hostPath);
  defaultDisks(spec);
  return { ...volume, status: { ...volume.status, phase: volume.status?.phase ?? 'Pending' } };
}

function prepareForCreate(object: KubeObject): KubeObject {
  const { creationTimestamp } = object.metadata;
  const since = creationTimestamp ? { lastPhaseTransitionTime: creationTimestamp } : {};
  return withFinalizer({ ...object, status: { phase: 'Pending', ...since } }, volumeProtectionFinalizer);
}

/** The node that has the directory: the only one that the volume can be used on. */
function nodeOf({ metadata, spec }: PersistentVolume): string | undefined {
  return spec?.csi?.driver === localProvisioner ? metadata.annotations?.[localNodeAnnotation] : undefined;
}

const deprecatedAnnotations = [
  [
    'volume.beta.kubernetes.io/storage-class',
    'deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
] as const;

function warnings(object: KubeObject): readonly string[] {
  const { metadata, spec = {} }: PersistentVolume = object;
  const at = path('spec');
  const termsAt = at.child('nodeAffinity', 'required', 'nodeSelectorTerms');
  const recycles = spec.persistentVolumeReclaimPolicy === 'Recycle';
  const advice =
    'The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.';
  return [
    ...(spec.nodeAffinity?.required?.nodeSelectorTerms ?? []).flatMap((term, index) =>
      nodeTermWarnings(term, termsAt.index(index)),
    ),
    ...deprecatedAnnotations
      .filter(([name]) => metadata.annotations?.[name] !== undefined)
      .map(([name, message]) => fieldWarning(path('metadata', 'annotations').key(name), message)),
    ...(recycles ? [fieldWarning(at.child('persistentVolumeReclaimPolicy'), advice)] : []),
    ...deprecatedSourceWarnings(spec, at),
  ];
}
