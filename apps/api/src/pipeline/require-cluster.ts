import { notFoundError } from '@berth/machinery';
import { createMiddleware } from 'hono/factory';
import type { ApiDeps } from '../api-deps.ts';
import type { ApiEnv } from '../api-env.ts';

/** 404 for a cluster that is not there. Only those who may use it get to hear so. */
export function requireCluster({ store }: Pick<ApiDeps, 'store'>) {
  return createMiddleware<ApiEnv>(async (c, next) => {
    const clusterId = c.get('clusterId');
    if (c.get('identity') !== undefined && !(await store.clusterExists(clusterId))) {
      throw notFoundError({ group: 'platform.berth.dev', resource: 'clusters' }, clusterId);
    }
    await next();
  });
}
