import { type Identity, isMasterOf } from '@berth/auth';
import { type Grants, type PolicyRule, uncoveredRules } from '@berth/kinds';
import { forbiddenError, type KubeObject, notFoundError, semanticEqual } from '@berth/machinery';
import type { ResourceRequest } from '../route/resource-request.ts';
import { escalationMessage } from './escalation-message.ts';

/** A write as it is asked about. */
interface Granting {
  readonly request: ResourceRequest;
  readonly identity: Identity;
  readonly object: KubeObject;
}

const fullAuthority: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
  { verbs: ['*'], nonResourceURLs: ['*'] },
];

/**
 * Nobody gives what they do not hold, unless they are allowed to: roles by the verb `escalate`, bindings by the verb `bind`.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#privilege-escalation-prevention-and-bootstrapping
 *
 * @param next the object as it is to be stored, defaults included
 * @param current the object that it replaces
 * @throws StatusError `Forbidden` in upstream's words; `NotFound` for a role that does not exist
 */
export async function requireNoEscalation(
  request: ResourceRequest,
  next: KubeObject,
  current?: KubeObject,
): Promise<void> {
  const { c, scope } = request;
  const identity = c.get('identity');
  const grants = scope.definition.grants?.(next);
  if (identity === undefined || grants === undefined || scope.attributes.subresource !== '') return;
  if (isMasterOf(identity, scope.attributes.clusterId)) return;
  if (current !== undefined && sameButForGarbageFields(next, current)) return;
  const granting = { request, identity, object: next };
  if (grants.type === 'role') return requireBindable(granting, grants.roleRef);
  const before = current && scope.definition.grants?.(current);
  const aggregates = grants.aggregates || (before?.type === 'rules' && before.aggregates);
  return requireHeld(granting, { rules: grants.rules, aggregates });
}

async function requireHeld(
  granting: Granting,
  { rules, aggregates }: { readonly rules: readonly PolicyRule[]; readonly aggregates: boolean },
): Promise<void> {
  const { identity, object, request } = granting;
  const { deps, scope } = request;
  const escalate = { ...scope.attributes, verb: 'escalate' };
  if ((await deps.authorizer.authorize(identity, escalate)).allowed) return;
  await requireCovered(granting, rules);
  if (!aggregates || (await uncovered(granting, fullAuthority)).missing.length === 0) return;
  const explanation = 'must have cluster-admin privileges to use the aggregationRule';
  throw forbiddenError(scope.groupResource, object.metadata.name, explanation);
}

type RoleRef = Extract<Grants, { type: 'role' }>['roleRef'];

async function requireBindable(granting: Granting, roleRef: RoleRef | undefined): Promise<void> {
  // A binding without a role is refused by validation.
  if (!roleRef?.name) return;
  const { identity, request } = granting;
  const { deps, scope } = request;
  const { attributes, namespace } = scope;
  const { clusterId, group } = attributes;
  const resource = roleRef.kind === 'Role' ? 'roles' : 'clusterroles';
  const bind = { ...attributes, verb: 'bind', resource, namespace, name: roleRef.name };
  if ((await deps.authorizer.authorize(identity, bind)).allowed) return;
  const rules = await deps.authorizer.rulesOfRole(clusterId, roleRef, namespace);
  if (rules === undefined) throw notFoundError({ group, resource }, roleRef.name);
  await requireCovered(granting, rules);
}

async function requireCovered(
  granting: Granting,
  rules: Parameters<typeof uncoveredRules>[1],
): Promise<void> {
  const { identity, object, request } = granting;
  const { missing, errors } = await uncovered(granting, rules);
  if (missing.length === 0) return;
  const message = escalationMessage(identity, missing, errors);
  throw forbiddenError(request.scope.groupResource, object.metadata.name, message);
}

async function uncovered(
  { identity, request }: Granting,
  wanted: Parameters<typeof uncoveredRules>[1],
): Promise<{ missing: readonly PolicyRule[]; errors: readonly string[] }> {
  const { attributes, namespace } = request.scope;
  const held = await request.deps.authorizer.rulesOf(identity, attributes.clusterId, namespace);
  return { missing: uncoveredRules(held.rules, wanted), errors: held.errors };
}

/** As upstream: who lets the garbage collector do its work grants nothing. */
function sameButForGarbageFields(next: KubeObject, current: KubeObject): boolean {
  return semanticEqual(withoutGarbageFields(next), withoutGarbageFields(current));
}

function withoutGarbageFields(object: KubeObject): KubeObject {
  const {
    ownerReferences: _owners,
    finalizers: _finalizers,
    managedFields: _managed,
    ...metadata
  } = object.metadata;
  return { ...object, metadata };
}
