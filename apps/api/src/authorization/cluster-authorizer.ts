import { type Authorizer, createAuthorizer } from '@berth/auth';
import type { KindRegistry } from '@berth/kinds';
import type { AppDeps } from '../api-deps.ts';
import { createRulesReader } from './rules-reader.ts';

/** Decides by the RBAC objects of each cluster, and by who somebody is in the tenant that it belongs to. */
export function clusterAuthorizer({
  store,
  tenants,
  kindsOf,
}: Pick<AppDeps, 'store' | 'tenants'> & {
  readonly kindsOf: (clusterId: string) => KindRegistry;
}): Authorizer {
  return createAuthorizer({
    rulesOf: createRulesReader(store, kindsOf),
    tenantRoleOf: async (clusterId, { username, groups }) =>
      (await tenants.ofCluster(clusterId))?.roleOf(username, groups),
  });
}
