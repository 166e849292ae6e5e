import { authorizeByIdentity, type Decision, refuseStranger, type RequestAttributes } from './authorize.ts';
import { groupMasters, type Identity, nodeNameOf, systemClusterId } from './identity.ts';
import type { CompiledRules, RuleSubject, SubjectRules } from './rbac/compile-rules.ts';
import type { PolicyRule, RoleRef } from './rbac/policy-objects.ts';
import { type TenantRole, tenantSubject } from './tenant-subject.ts';

/** Decides who may do what. */
export interface Authorizer {
  /** A decision is as new as every write of RBAC objects that was acknowledged before the call. */
  authorize(identity: Identity, attributes: RequestAttributes): Promise<Decision>;
  /**
   * What somebody may do in a namespace of a cluster; '' for what is granted in the whole cluster alone. What a token's
   * scope takes away is not left out.
   */
  rulesOf(identity: Identity, clusterId: string, namespace: string): Promise<SubjectRules>;
  /** The rules of a role; undefined if there is none. `namespace` is the one of the binding that refers to it. */
  rulesOfRole(
    clusterId: string,
    roleRef: RoleRef,
    namespace: string,
  ): Promise<readonly PolicyRule[] | undefined>;
}

/** What an authorizer asks of its surroundings. */
export interface AuthorizerSources {
  /** The RBAC objects of a cluster, as new as every write acknowledged before the call. */
  readonly rulesOf: (clusterId: string) => Promise<CompiledRules>;
  /** What an identity of the system cluster is to the tenant of a cluster; undefined for nothing. */
  readonly tenantRoleOf: (clusterId: string, identity: Identity) => Promise<TenantRole | undefined>;
}

const everything: SubjectRules = {
  rules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'] },
    { verbs: ['*'], nonResourceURLs: ['*'] },
  ],
  errors: [],
};

/** What a node may do depends on names, and is not listed. In upstream's words. */
const nodeRulesError = 'node authorizer does not support user rule resolution';

export function createAuthorizer({ rulesOf, tenantRoleOf }: AuthorizerSources): Authorizer {
  /** As whom an identity acts in a cluster; undefined where it is a stranger. */
  const subjectIn = async (identity: Identity, clusterId: string): Promise<RuleSubject | undefined> => {
    if (identity.clusterId === clusterId || nodeNameOf(identity) !== undefined) return identity;
    if (identity.clusterId !== systemClusterId) return undefined;
    const role = await tenantRoleOf(clusterId, identity);
    return role && tenantSubject(identity, role);
  };
  return {
    async authorize(identity, attributes) {
      const decided = authorizeByIdentity(identity, attributes);
      if (decided !== undefined) return decided;
      const { clusterId } = attributes;
      const subject = await subjectIn(identity, clusterId);
      if (subject === undefined) return refuseStranger(identity, clusterId);
      return (await rulesOf(clusterId)).decide(subject, attributes);
    },
    async rulesOf(identity, clusterId, namespace) {
      if (isMasterOf(identity, clusterId)) return everything;
      const subject = await subjectIn(identity, clusterId);
      if (subject === undefined) return { rules: [], errors: [] };
      const found = (await rulesOf(clusterId)).rulesOf(subject, namespace);
      if (nodeNameOf(identity) === undefined) return found;
      return { rules: found.rules, errors: [nodeRulesError, ...found.errors] };
    },
    async rulesOfRole(clusterId, roleRef, namespace) {
      return (await rulesOf(clusterId)).rulesOfRole(roleRef, namespace);
    },
  };
}

/** Whether an identity may do everything in a cluster, whatever its RBAC objects say. */
export function isMasterOf(identity: Identity, clusterId: string): boolean {
  const isOf = identity.clusterId === clusterId || identity.clusterId === systemClusterId;
  return isOf && identity.groups.includes(groupMasters);
}
