import { goQuote } from '@berth/machinery';
import type { Decision, RequestAttributes } from '../authorize.ts';
import { aggregateErrors } from './aggregate-errors.ts';
import { allowedBy, type Grant, type RoleRules, SubjectGrants } from './grants.ts';
import type {
  PolicyBinding,
  PolicyObjects,
  PolicyRole,
  PolicyRule,
  PolicySubject,
  RoleRef,
} from './policy-objects.ts';
import { RuleIndex, soughtBy } from './rule-index.ts';

/** Whom rules are asked about. */
export interface RuleSubject {
  readonly username: string;
  readonly groups: readonly string[];
}

/** What somebody may do in a namespace, as far as it can be known. */
export interface SubjectRules {
  readonly rules: readonly PolicyRule[];
  /** Roles that bindings refer to and that do not exist, in upstream's words. */
  readonly errors: readonly string[];
}

/** The objects of RBAC of one cluster, ready to be asked. Immutable. */
export interface CompiledRules {
  decide(subject: RuleSubject, attributes: RequestAttributes): Decision;
  /** @param namespace '' for what is granted in the whole cluster alone */
  rulesOf(subject: RuleSubject, namespace: string): SubjectRules;
  /** The rules of a role; undefined if there is none. `namespace` is the binding's. */
  rulesOfRole(roleRef: RoleRef, namespace: string): readonly PolicyRule[] | undefined;
}

/** The scope of what is granted in the whole cluster. */
const clusterScope = '';
/** So many subjects with very many roles keep what was made for them. */
const mostMerged = 64;

type Scope = Map<string, SubjectGrants>;

/** https://kubernetes.io/docs/reference/access-authn-authz/rbac/ */
export function compileRules(objects: PolicyObjects): CompiledRules {
  const clusterRoles = new Map(objects.clusterRoles.map((role) => [role.metadata.name, rulesIn(role)]));
  const roles = new Map(
    objects.roles.map((role) => [placeName(role.metadata.namespace, role.metadata.name), rulesIn(role)]),
  );
  const roleAt = ({ kind, name }: RoleRef, namespace: string): Grant['role'] => {
    const found = kind === 'Role' ? roles.get(placeName(namespace, name)) : clusterRoles.get(name);
    const resource = kind === 'Role' ? 'role' : 'clusterrole';
    return found ?? { missing: `${resource}.rbac.authorization.k8s.io ${goQuote(name)} not found` };
  };
  const scopes = new Map<string, Scope>();
  let place = 0;
  for (const binding of [...objects.clusterRoleBindings, ...objects.roleBindings]) {
    const namespace = binding.metadata.namespace ?? clusterScope;
    const scope = scopes.get(namespace) ?? new Map<string, SubjectGrants>();
    scopes.set(namespace, scope);
    const role = roleAt(binding.roleRef, namespace);
    for (const subject of binding.subjects ?? []) {
      addGrant(scope, { place: place++, binding, subject, role });
    }
  }
  const grantsOf = grantFinder(scopes);
  const isMerged: SubjectGrants[] = [];
  const remember = (grants: SubjectGrants): void => {
    if (isMerged.push(grants) > mostMerged) isMerged.shift()?.forget();
  };

  return {
    decide(subject, attributes) {
      const sought = soughtBy(attributes);
      const namespace = attributes.type === 'path' ? clusterScope : attributes.namespace;
      const applicable = grantsOf(subject, namespace);
      let first: Grant | undefined;
      for (const grants of applicable) {
        const wasMerged = grants.isMerged;
        const found = grants.find(sought);
        if (!wasMerged && grants.isMerged) remember(grants);
        if (found !== undefined && (first === undefined || found.place < first.place)) first = found;
      }
      if (first !== undefined) return { allowed: true, reason: allowedBy(first) };
      const errors = aggregateErrors(errorsIn(applicable));
      return { allowed: false, reason: errors === '' ? '' : `RBAC: ${errors}` };
    },
    rulesOf(subject, namespace) {
      const applicable = grantsOf(subject, namespace);
      const rules = inOrder(applicable).flatMap(({ role }) => ('rules' in role ? role.rules : []));
      return { rules, errors: errorsIn(applicable) };
    },
    rulesOfRole(roleRef, namespace) {
      const role = roleAt(roleRef, namespace);
      return 'rules' in role ? role.rules : undefined;
    },
  };
}

/** Roles of several clusters that are the same object share one index. */
const indexes = new WeakMap<PolicyRole, RoleRules>();

function rulesIn(role: PolicyRole): RoleRules {
  const known = indexes.get(role);
  if (known !== undefined) return known;
  const rules = role.rules ?? [];
  let index: RuleIndex | undefined;
  const compiled: RoleRules = {
    rules,
    index: () => {
      if (index === undefined) {
        index = new RuleIndex();
        index.add(rules, 0);
      }
      return index;
    },
  };
  indexes.set(role, compiled);
  return compiled;
}

function placeName(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}/${name}`;
}

function addGrant(scope: Scope, grant: Grant): void {
  const key = subjectKey(grant.subject, grant.binding);
  if (key === undefined) return;
  const known = scope.get(key) ?? new SubjectGrants();
  scope.set(key, known);
  // A subject that stands twice in a binding is granted it once.
  if (known.grants.at(-1)?.binding !== grant.binding) known.grants.push(grant);
}

/** ServiceAccounts are users with a name of a fixed form, by which bindings may name them just as well. */
function subjectKey(
  { kind, name, namespace }: PolicySubject,
  { metadata }: PolicyBinding,
): string | undefined {
  if (kind === 'User') return userKey(name);
  if (kind === 'Group') return groupKey(name);
  const home = namespace || metadata.namespace;
  return kind === 'ServiceAccount' && home ? userKey(`system:serviceaccount:${home}:${name}`) : undefined;
}

function userKey(name: string): string {
  return `u:${name}`;
}

function groupKey(name: string): string {
  return `g:${name}`;
}

function grantFinder(scopes: ReadonlyMap<string, Scope>) {
  return ({ username, groups }: RuleSubject, namespace: string): readonly SubjectGrants[] => {
    const found: SubjectGrants[] = [];
    const look = (scope: Scope | undefined): void => {
      if (scope === undefined) return;
      const ofUser = scope.get(userKey(username));
      if (ofUser !== undefined) found.push(ofUser);
      for (const group of groups) {
        const ofGroup = scope.get(groupKey(group));
        if (ofGroup !== undefined) found.push(ofGroup);
      }
    };
    look(scopes.get(clusterScope));
    if (namespace !== clusterScope) look(scopes.get(namespace));
    return found;
  };
}

/** The grants in the order of their bindings; a binding that reaches the subject in several ways counts once. */
function inOrder(applicable: readonly SubjectGrants[]): readonly Grant[] {
  const grants = applicable.flatMap((one) => one.grants).sort((a, b) => a.place - b.place);
  return grants.filter(({ binding }, index) => grants[index - 1]?.binding !== binding);
}

function errorsIn(applicable: readonly SubjectGrants[]): readonly string[] {
  const hasMissing = applicable.some(({ grants }) => grants.some(({ role }) => 'missing' in role));
  if (!hasMissing) return [];
  const missing = inOrder(applicable).flatMap(({ role }) => ('missing' in role ? [role.missing] : []));
  return [...new Set(missing)];
}
