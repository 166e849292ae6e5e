import { type KubeObject, path, type TableColumn } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { StorageClass } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { deprecatedLabelWarning } from '../pod-template/node-label-warnings.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { isDefaultClass } from './default-class.ts';
import { localStorageClass } from './local-class.ts';
import { validateStorageClass, validateStorageClassUpdate } from './validate-storage-class.ts';

/** https://kubernetes.io/docs/concepts/storage/storage-classes/ */
export const storageClass: KindDefinition = {
  kind: 'StorageClass',
  listKind: 'StorageClassList',
  plural: 'storageclasses',
  singular: 'storageclass',
  shortNames: ['sc'],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: 'storage.k8s.io', version: 'v1', message: 'k8s.io.api.storage.v1.StorageClass' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    {
      ...nameColumn,
      cell: (object) => `${object.metadata.name}${isDefaultClass(object) ? ' (default)' : ''}`,
    },
    classColumn('Provisioner', 'What makes its volumes.', ({ provisioner }) => provisioner),
    classColumn('ReclaimPolicy', 'What becomes of a volume without its claim.', reclaimPolicyOf),
    classColumn('VolumeBindingMode', 'When claims are bound.', (of) => of.volumeBindingMode ?? 'Immediate'),
    {
      ...classColumn(
        'AllowVolumeExpansion',
        'Whether claims may grow.',
        (of) => of.allowVolumeExpansion ?? false,
      ),
      type: 'boolean',
    },
    ageColumn,
  ],
  strategy: {
    applyDefaults,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validateStorageClass,
    validateUpdate: validateStorageClassUpdate,
    warnings: topologyWarnings,
  },
  selectableFields: {},
  hasGeneration: false,
  answersDeleteWithObject: true,
  bootstrapObjects: [localStorageClass],
};

function classColumn(
  name: string,
  description: string,
  cell: (storageClass: StorageClass) => string | boolean,
): TableColumn {
  return textColumn({ name, description, cell: (object) => cell(object as StorageClass) });
}

function reclaimPolicyOf({ reclaimPolicy }: StorageClass): string {
  return reclaimPolicy ?? 'Delete';
}

function applyDefaults(object: KubeObject): StorageClass {
  const given = object as StorageClass;
  const { reclaimPolicy, volumeBindingMode } = given;
  return {
    ...given,
    reclaimPolicy: reclaimPolicy ?? 'Delete',
    volumeBindingMode: volumeBindingMode ?? 'Immediate',
  };
}

function topologyWarnings(object: KubeObject): readonly string[] {
  return ((object as StorageClass).allowedTopologies ?? []).flatMap(({ matchLabelExpressions = [] }, index) =>
    matchLabelExpressions.flatMap(({ key }, expression) => {
      const termAt = path('allowedTopologies').index(index);
      return deprecatedLabelWarning(
        key,
        termAt.child('matchLabelExpressions').index(expression).child('key'),
      );
    }),
  );
}
