import { notFoundError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { AppDeps } from '../api-deps.ts';
import type { ApiEnv } from '../api-env.ts';
import { clusterKinds, ownNodesKinds } from '../kinds/cluster-kinds.ts';

/**
 * 404 for a cluster that is not there; only those who may use it get to hear so. Also says what the cluster serves.
 */
export function requireCluster({ store, tenants, kinds }: Pick<AppDeps, 'store' | 'tenants' | 'kinds'>) {
  const kindsOf = clusterKinds(kinds);
  const withOwnNodes = ownNodesKinds(kinds);
  return createMiddleware<ApiEnv>(async (c, next) => {
    const clusterId = c.get('clusterId');
    if (c.get('identity') === undefined) return next();
    if (!(await store.clusterExists(clusterId))) {
      throw notFoundError({ group: 'platform.berth.dev', resource: 'clusters' }, clusterId);
    }
    const facts = await tenants.ofCluster(clusterId);
    c.set('kinds', facts?.ownNodes ? withOwnNodes : kindsOf(clusterId));
    return next();
  });
}
