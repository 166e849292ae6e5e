import type { KubeObject } from '@berth/machinery';
import { createdAtColumn, nameColumn } from '../columns/object-columns.ts';
import { withMetadata } from '../lifecycle/metadata.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { defaultLimitRange } from './default-limit-range.ts';
import { validateLimitRange } from './validate-limit-range.ts';

/** https://kubernetes.io/docs/concepts/policy/limit-range/ */
export const limitRange: KindDefinition = {
  kind: 'LimitRange',
  listKind: 'LimitRangeList',
  plural: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: '', version: 'v1', message: 'k8s.io.api.core.v1.LimitRange' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [nameColumn, createdAtColumn],
  strategy: {
    applyDefaults: defaultLimitRange,
    prepareForCreate: nameByUid,
    prepareForUpdate: unchanged,
    validateCreate: validateLimitRange,
    validateUpdate: validateLimitRange,
  },
  selectableFields: {},
  hasGeneration: false,
  createOnUpdate: true,
};

/** The one kind that needs no name of its own: upstream makes one up. */
function nameByUid(object: KubeObject): KubeObject {
  const { name, uid } = object.metadata;
  return name || !uid ? object : withMetadata(object, { name: uid });
}
