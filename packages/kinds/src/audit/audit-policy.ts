import {
  type FieldError,
  type FieldPath,
  forbidden,
  type KubeObject,
  notSupported,
  path,
  required,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn } from '../columns/object-columns.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs } from '../strategy/object-verbs.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { auditLevels, auditPolicyMessage, auditPolicySchema, auditVersion } from './audit-schema.ts';

export type AuditLevel = (typeof auditLevels)[number];

/** A rule matches a request if all that it names does. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/ */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  /** `group` '' is the core group. `resources` as in Kubernetes: `pods`, `pods/log`, `pods/*`, `*`. Absent: all of the group. */
  readonly resources?: ReadonlyArray<{
    readonly group?: string;
    readonly resources?: readonly string[];
    readonly resourceNames?: readonly string[];
  }>;
  /** '' for what is in no namespace. */
  readonly namespaces?: readonly string[];
  /** A `*` at the end stands for any rest. */
  readonly nonResourceURLs?: readonly string[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicySpec {
  /** The first one that matches decides. */
  readonly rules?: readonly AuditRule[];
  readonly omitManagedFields?: boolean;
}

/** What a cluster's audit log holds beyond what the fleet's policy has it hold. */
export interface AuditPolicy extends KubeObject {
  readonly spec?: AuditPolicySpec;
}

/** The kind of an {@link AuditPolicy}. */
export const auditPolicy: KindDefinition = {
  kind: 'AuditPolicy',
  listKind: 'AuditPolicyList',
  plural: 'auditpolicies',
  singular: 'auditpolicy',
  shortNames: [],
  categories: ['berth'],
  scope: 'Cluster',
  versions: [{ ...auditVersion, message: auditPolicyMessage }],
  verbs: objectVerbs,
  subresources: [],
  columns: [
    nameColumn,
    textColumn({
      name: 'Rules',
      description: 'Number of rules.',
      cell: ({ spec }: AuditPolicy) => spec?.rules?.length ?? 0,
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
  hasGeneration: true,
  schema: auditPolicySchema,
};

function validate({ spec = {} }: AuditPolicy): readonly FieldError[] {
  return (spec.rules ?? []).flatMap((rule, index) => validateRule(rule, path('spec', 'rules').index(index)));
}

/** As upstream refuses policies. */
function validateRule(rule: AuditRule, at: FieldPath): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (!rule.level) errors.push(required(at.child('level'), ''));
  else if (!auditLevels.includes(rule.level)) {
    errors.push(notSupported(at.child('level'), rule.level, [...auditLevels]));
  }
  const ofResources = (rule.resources?.length ?? 0) + (rule.namespaces?.length ?? 0) > 0;
  if (ofResources && rule.nonResourceURLs?.length) {
    errors.push(
      forbidden(
        at.child('nonResourceURLs'),
        'rules cannot apply to both regular resources and non-resource URLs',
      ),
    );
  }
  for (const [index, { resources = [], resourceNames = [] }] of (rule.resources ?? []).entries()) {
    if (resourceNames.length === 0 || resources.length > 0) continue;
    const names = at.child('resources').index(index).child('resourceNames');
    errors.push(forbidden(names, 'using resourceNames requires at least one resource'));
  }
  return errors;
}
