import { type KubeObject, path } from '@berth/machinery';
import { formatAccessModes } from '../columns/access-modes.ts';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { withFinalizer } from '../platform/held-by-finalizer.ts';
import { defaultClaimSpec } from '../pod-template/default-volumes.ts';
import { fractionalBytesWarnings } from '../pod-template/fractional-bytes-warnings.ts';
import { classOf } from '../storage-class/class-of.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus } from '../strategy/status-strategy.ts';
import { claimClass, claimLimits } from './claim-admission.ts';
import { persistentVolumeClaimUsage } from './persistent-volume-claim-usage.ts';
import {
  validatePersistentVolumeClaim,
  validatePersistentVolumeClaimStatus,
  validatePersistentVolumeClaimUpdate,
} from './validate-persistent-volume-claim.ts';

/** Keeps a claim that a pod uses. */
export const claimProtectionFinalizer = 'kubernetes.io/pvc-protection';

/** https://kubernetes.io/docs/concepts/storage/persistent-volumes/#persistentvolumeclaims */
export const persistentVolumeClaim: KindDefinition = {
  kind: 'PersistentVolumeClaim',
  listKind: 'PersistentVolumeClaimList',
  plural: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  shortNames: ['pvc'],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.PersistentVolumeClaim' }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    claimColumn('Status', 'Where it is in its life.', phaseOf),
    claimColumn('Volume', 'The volume that it is bound to.', ({ spec }) => spec?.volumeName ?? ''),
    claimColumn('Capacity', 'How much that volume holds.', ({ spec, status }) =>
      spec?.volumeName ? (status?.capacity?.['storage'] ?? '0') : '',
    ),
    claimColumn('Access Modes', 'How it may be mounted.', ({ spec, status }) =>
      spec?.volumeName ? formatAccessModes(status?.accessModes) : '',
    ),
    claimColumn('StorageClass', 'The class that its volume is of.', classOf),
    claimColumn(
      'VolumeAttributesClass',
      'The attributes that it asks for.',
      ({ spec }) => spec?.volumeAttributesClassName ?? '<unset>',
    ),
    ageColumn,
    wideColumn({
      name: 'VolumeMode',
      description: 'Whether it is a file system or a block device.',
      cell: ({ spec }: PersistentVolumeClaim) => spec?.volumeMode ?? '<unset>',
    }),
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: (object) =>
      withFinalizer({ ...withBothSources(object), status: { phase: 'Pending' } }, claimProtectionFinalizer),
    prepareForUpdate: (next, current) => keepStatus(withBothSources(next), current),
    validateCreate: validatePersistentVolumeClaim,
    validateUpdate: validatePersistentVolumeClaimUpdate,
    warnings,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validatePersistentVolumeClaimStatus },
  },
  admission: [claimLimits, claimClass],
  selectableFields: {},
  hasGeneration: false,
  answersDeleteWithObject: true,
  usage: persistentVolumeClaimUsage,
};

function claimColumn(name: string, description: string, cell: (claim: PersistentVolumeClaim) => string) {
  return textColumn({ name, description, cell: (object) => cell(object) });
}

function phaseOf({ metadata, status }: PersistentVolumeClaim): string {
  return metadata.deletionTimestamp === undefined ? (status?.phase ?? '') : 'Terminating';
}

function applyDefaults(object: KubeObject): KubeObject {
  const claim: PersistentVolumeClaim = structuredClone(object);
  claim.spec ??= {};
  defaultClaimSpec(claim.spec);
  return { ...claim, status: { ...claim.status, phase: claim.status?.phase ?? 'Pending' } };
}

/** Where a claim's content comes from has an old field and a new one: whoever gives one of them gets both. */
function withBothSources(object: KubeObject): KubeObject {
  const { spec }: PersistentVolumeClaim = object;
  const { dataSource, dataSourceRef } = spec ?? {};
  if (dataSource && !dataSourceRef) {
    return withSpec(object, { ...spec, dataSourceRef: { ...dataSource } });
  }
  if (!dataSourceRef || dataSource || dataSourceRef.namespace) return object;
  const { namespace: _namespace, ...reference } = dataSourceRef;
  return withSpec(object, { ...spec, dataSource: reference });
}

function withSpec(object: KubeObject, spec: PersistentVolumeClaimSpec): KubeObject {
  return { ...object, spec };
}

function warnings(object: KubeObject): readonly string[] {
  const { resources }: PersistentVolumeClaimSpec = object.spec ?? {};
  return (['requests', 'limits'] as const).flatMap((kind) =>
    fractionalBytesWarnings(resources?.[kind]?.['storage'], path('spec', 'resources', kind).key('storage')),
  );
}
