import {
  byteLength,
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  nameIsDnsLabel,
  notSupported,
  path,
  required,
  tooLong,
} from '@berth/machinery';
import { ageColumn, nameColumn, textColumn, wideColumn } from '../columns/object-columns.ts';
import type { Condition } from '../generated/api-types.ts';
import type { KindDefinition } from '../kind-definition.ts';
import { objectVerbs, statusSubresource } from '../strategy/object-verbs.ts';
import { keepAllButStatus, keepStatus, withoutStatus } from '../strategy/status-strategy.ts';
import { unchanged } from '../strategy/unchanged.ts';
import { heldByFinalizer } from './held-by-finalizer.ts';
import { validateTemplateName } from './plan.ts';
import { reservedTenantName } from './reserved-names.ts';
import { platformVersion } from './schema-parts.ts';
import { tenantMessage, tenantSchema } from './tenant-schema.ts';

const maxDisplayNameBytes = 256;
/** https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3 */
const maxEmailBytes = 254;
const subjectKinds: readonly string[] = ['Group', 'User'];
const tenantPhases = ['Ready', 'Suspended', 'Deleting'] as const;

/** Stays until the tenant's clusters and its namespace are gone. */
export const tenantFinalizer = 'platform.berth.dev/tenant';

export type TenantPhase = (typeof tenantPhases)[number];

/** An identity of the system cluster, as RBAC names it. */
export interface TenantSubject {
  kind: 'User' | 'Group';
  name: string;
}

export interface TenantSpec {
  /** The name that people see. */
  displayName?: string;
  /** The Plan; without one nothing is limited. */
  plan?: string;
  /** They may do everything in the tenant's clusters, and make and delete clusters. */
  owners?: TenantSubject[];
  /** They may change what runs in the tenant's clusters. */
  members?: TenantSubject[];
  /** They may look. */
  viewers?: TenantSubject[];
  /** Whom the operator writes to. */
  contacts?: { name?: string; email: string }[];
  /** Nothing is written in the tenant's clusters, and nothing runs in them. */
  suspended?: boolean;
  /** ClusterTemplate in the tenant's namespace that clusters begin with which name none. */
  clusterTemplate?: string;
}

/** Who owns clusters: a customer, a team. Its name is that of its namespace in the system cluster, and stands in usage. */
export interface Tenant extends KubeObject {
  spec?: TenantSpec;
  status?: {
    phase?: TenantPhase;
    clusters?: number;
    /** The plan's limits, and what the tenant's clusters use of them. */
    hard?: Record<string, string>;
    used?: Record<string, string>;
    conditions?: Condition[];
    observedGeneration?: number;
  };
}

/** The kind of a {@link Tenant}. */
export const tenant: KindDefinition = {
  kind: 'Tenant',
  listKind: 'TenantList',
  plural: 'tenants',
  singular: 'tenant',
  shortNames: [],
  categories: ['berth'],
  scope: 'Cluster',
  versions: [{ ...platformVersion, message: tenantMessage }],
  verbs: objectVerbs,
  subresources: [statusSubresource],
  columns: [
    nameColumn,
    textColumn({ name: 'Display Name', description: 'The name that people see.', cell: displayNameOf }),
    textColumn({ name: 'Plan', description: 'What limits the tenant.', cell: (object) => planOf(object) }),
    textColumn({
      name: 'Clusters',
      description: 'Clusters of the tenant.',
      cell: ({ status }: Tenant) => String(status?.clusters ?? 0),
    }),
    textColumn({ name: 'Phase', description: 'Where the tenant is in its life.', cell: phaseOf }),
    wideColumn({
      name: 'Owners',
      description: 'Who may do everything in its clusters.',
      cell: (object) => (specOf(object).owners ?? []).map(({ name }) => name).join(','),
    }),
    ageColumn,
  ],
  nameRule: nameIsDnsLabel,
  strategy: heldByFinalizer(tenantFinalizer, {
    applyDefaults: unchanged,
    prepareForCreate: (object) => withPhase(withoutStatus(object)),
    prepareForUpdate: (next, current) => withPhase(keepStatus(next, current)),
    validateCreate: (object) => [...validateName(object), ...validate(object)],
    validateUpdate: validate,
    status: { prepareForUpdate: keepAllButStatus, validateUpdate: validateStatus },
    markTerminating: withPhase,
  }),
  selectableFields: { 'spec.plan': planOf, 'status.phase': phaseOf },
  hasGeneration: true,
  systemOnly: true,
  createdTogether: (object) => [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: object.metadata.name } },
  ],
  schema: tenantSchema,
};

/** The phase follows from the rest in the same write, so that nobody reads another one meanwhile. */
function withPhase(object: KubeObject): KubeObject {
  const deleting = object.metadata.deletionTimestamp !== undefined;
  const phase: TenantPhase = deleting ? 'Deleting' : specOf(object).suspended ? 'Suspended' : 'Ready';
  return { ...object, status: { ...object.status, phase } };
}

function validateName({ metadata }: KubeObject): FieldError[] {
  const problem = reservedTenantName(metadata.name);
  return problem === undefined ? [] : [invalid(path('metadata', 'name'), metadata.name, problem)];
}

function validate(object: KubeObject): readonly FieldError[] {
  const at = path('spec');
  const { plan, owners = [], members = [], viewers = [], contacts = [], clusterTemplate } = specOf(object);
  return [
    ...(byteLength(displayNameOf(object)) > maxDisplayNameBytes
      ? [tooLong(at.child('displayName'), maxDisplayNameBytes)]
      : []),
    ...(plan ? nameIsDnsLabel(plan).map((problem) => invalid(at.child('plan'), plan, problem)) : []),
    ...validateSubjects(owners, at.child('owners')),
    ...validateSubjects(members, at.child('members')),
    ...validateSubjects(viewers, at.child('viewers')),
    ...contacts.flatMap(({ email }, index) => validateEmail(email, at.child('contacts').index(index))),
    ...validateTemplateName(clusterTemplate, at.child('clusterTemplate')),
  ];
}

function validateSubjects(subjects: readonly TenantSubject[], at: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return subjects.flatMap(({ kind, name }, index) => {
    const errors: FieldError[] = [];
    if (!subjectKinds.includes(kind))
      errors.push(notSupported(at.index(index).child('kind'), kind, subjectKinds));
    if (name === '') errors.push(required(at.index(index).child('name')));
    if (seen.has(`${kind} ${name}`)) errors.push(duplicate(at.index(index), { kind, name }));
    seen.add(`${kind} ${name}`);
    return errors;
  });
}

function validateEmail(email: string, at: FieldPath): FieldError[] {
  if (email === '') return [required(at.child('email'))];
  // Whether somebody reads it, only a mail can tell.
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(email) && byteLength(email) <= maxEmailBytes;
  return isAddress ? [] : [invalid(at.child('email'), email, 'must be a mail address, e.g. ops@example.com')];
}

function validateStatus(next: KubeObject): readonly FieldError[] {
  const phase = phaseOf(next);
  const phases: readonly string[] = tenantPhases;
  return phase === '' || phases.includes(phase) ? [] : [notSupported(path('status', 'phase'), phase, phases)];
}

function specOf(object: KubeObject): TenantSpec {
  return object.spec ?? {};
}

function displayNameOf(object: KubeObject): string {
  return specOf(object).displayName ?? '';
}

function planOf(object: KubeObject): string {
  return specOf(object).plan ?? '';
}

function phaseOf({ status }: Tenant): string {
  return status?.phase ?? '';
}
