import {
  checkQualifiedName,
  type FieldError,
  forbidden,
  invalid,
  type KubeObject,
  notSupported,
  path,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { Lease } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';

/** Where nodes renew their leases every few seconds. */
const nodeLeaseNamespace = 'kube-node-lease';

/** https://kubernetes.io/docs/concepts/architecture/leases/ */
export const lease: KindDefinition = {
  kind: 'Lease',
  listKind: 'LeaseList',
  plural: 'leases',
  singular: 'lease',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  versions: [{ group: 'coordination.k8s.io', version: 'v1', message: 'k8s.io.api.coordination.v1.Lease' }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({
      name: 'Holder',
      description: 'Who holds the lease.',
      cell: (object) => (object as Lease).spec?.holderIdentity ?? '',
    }),
    ageColumn,
  ],
  strategy: {
    applyDefaults: unchanged,
    prepareForCreate: unchanged,
    prepareForUpdate: unchanged,
    validateCreate: validate,
    validateUpdate: validate,
  },
  selectableFields: {},
  hasGeneration: false,
  requiresResourceVersion: true,
  createOnUpdate: true,
  offLog: ({ namespace }) => namespace === nodeLeaseNamespace,
};

function validate(object: KubeObject): readonly FieldError[] {
  const spec = (object as Lease).spec ?? {};
  const { leaseDurationSeconds, leaseTransitions, strategy, preferredHolder } = spec;
  const at = path('spec');
  const errors: FieldError[] = [];
  if (leaseDurationSeconds !== undefined && leaseDurationSeconds <= 0) {
    errors.push(invalid(at.child('leaseDurationSeconds'), leaseDurationSeconds, 'must be greater than 0'));
  }
  if (leaseTransitions !== undefined && leaseTransitions < 0) {
    const detail = 'must be greater than or equal to 0';
    errors.push(invalid(at.child('leaseTransitions'), leaseTransitions, detail));
  }
  if (strategy !== undefined) errors.push(...validateStrategy(strategy));
  if (preferredHolder && !strategy) {
    errors.push(forbidden(at.child('preferredHolder'), 'may only be specified if `strategy` is defined'));
  }
  return errors;
}

function validateStrategy(strategy: string): FieldError[] {
  // Upstream appends the field's name twice.
  const at = path('spec', 'strategy', 'strategy');
  if (strategy.includes('/')) {
    return checkQualifiedName(strategy).map((problem) => invalid(at, strategy, problem));
  }
  const known = ['OldestEmulationVersion'];
  return known.includes(strategy) ? [] : [notSupported(at, strategy, known)];
}
