import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { RuntimeClass } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { validateRuntimeClass, validateRuntimeClassUpdate } from './validate-runtime-class.ts';

/** https://kubernetes.io/docs/concepts/containers/runtime-class/ */
export const runtimeClass: KindDefinition = {
  kind: 'RuntimeClass',
  listKind: 'RuntimeClassList',
  plural: 'runtimeclasses',
  singular: 'runtimeclass',
  shortNames: [],
  categories: [],
  scope: 'Cluster',
  versions: [{ group: 'node.k8s.io', version: 'v1', message: 'k8s.io.api.node.v1.RuntimeClass' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({
      name: 'Handler',
      description: 'The configuration of the container runtime that pods of this class run with.',
      cell: (object: KubeObject) => (object as RuntimeClass).handler,
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validateRuntimeClass,
    validateUpdate: validateRuntimeClassUpdate,
  },
  selectableFields: {},
  hasGeneration: false,
};
