import type { KubeObject } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { PriorityClass } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { oneDefaultClass } from './one-default.ts';
import { systemPriorityClasses } from './system-classes.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './validate-priority-class.ts';

/** https://kubernetes.io/docs/concepts/scheduling-eviction/pod-priority-preemption/#priorityclass */
export const priorityClass: KindDefinition = {
  kind: 'PriorityClass',
  listKind: 'PriorityClassList',
  plural: 'priorityclasses',
  singular: 'priorityclass',
  shortNames: ['pc'],
  categories: [],
  scope: 'Cluster',
  versions: [
    { group: 'scheduling.k8s.io', version: 'v1', message: 'k8s.io.api.scheduling.v1.PriorityClass' },
  ],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    {
      name: 'Value',
      type: 'integer',
      description: 'The priority of pods of this class.',
      priority: 0,
      cell: (object) => classOf(object).value ?? 0,
    },
    {
      name: 'Global-Default',
      type: 'boolean',
      description: 'Whether pods that name no class are of this one.',
      priority: 0,
      cell: (object) => classOf(object).globalDefault ?? false,
    },
    ageColumn,
    textColumn({
      name: 'PreemptionPolicy',
      description: 'Whether pods of this class make room for themselves at the cost of others.',
      cell: (object) => classOf(object).preemptionPolicy ?? '',
    }),
  ],
  strategy: {
    applyDefaults: (object) =>
      classOf(object).preemptionPolicy === undefined
        ? ({ ...object, preemptionPolicy: 'PreemptLowerPriority' } as KubeObject)
        : object,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validatePriorityClass,
    validateUpdate: (next, current) => validatePriorityClassUpdate(next, current),
  },
  admission: [oneDefaultClass],
  selectableFields: {},
  hasGeneration: true,
  bootstrapObjects: systemPriorityClasses,
};

function classOf(object: KubeObject): PriorityClass {
  return object;
}
