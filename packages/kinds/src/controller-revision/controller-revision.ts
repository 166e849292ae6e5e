import { type FieldError, invalid, type KubeObject, path, required, semanticEqual } from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { ControllerRevision } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';

/** https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/controller-revision-v1/ */
export const controllerRevision: KindDefinition = {
  kind: 'ControllerRevision',
  listKind: 'ControllerRevisionList',
  plural: 'controllerrevisions',
  singular: 'controllerrevision',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: 'apps', version: 'v1', message: 'k8s.io.api.apps.v1.ControllerRevision' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({ name: 'Controller', description: 'Controller of the object', cell: controllerOf }),
    textColumn({
      name: 'Revision',
      description: 'Number of the state that the data holds.',
      cell: (object) => (object as ControllerRevision).revision ?? 0,
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validate,
    validateUpdate: (next, current) => {
      const { data } = next as ControllerRevision;
      const isSame = semanticEqual(data, (current as ControllerRevision).data);
      return isSame ? validate(next) : [...validate(next), invalid(path('data'), data, 'field is immutable')];
    },
  },
  selectableFields: {},
  hasGeneration: false,
};

function validate(object: KubeObject): readonly FieldError[] {
  const { data, revision } = object as ControllerRevision;
  const errors: FieldError[] = [];
  if (data === undefined || data === null) errors.push(required(path('data'), 'data is mandatory'));
  if (revision !== undefined && revision < 0) {
    errors.push(invalid(path('revision'), revision, 'must be greater than or equal to 0'));
  }
  return errors;
}

/** `daemonset.apps/agent` */
function controllerOf({ metadata }: KubeObject): string {
  const controller = metadata.ownerReferences?.find((owner) => owner.controller);
  if (!controller) return '<none>';
  const [group = ''] = controller.apiVersion.includes('/') ? controller.apiVersion.split('/') : [];
  const kind = controller.kind.toLowerCase();
  return `${group === '' ? kind : `${kind}.${group}`}/${controller.name}`;
}
