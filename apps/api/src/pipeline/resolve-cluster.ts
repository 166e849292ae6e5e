import { systemClusterId } from '@berth/auth';
import { createMiddleware } from 'hono/factory';
import type { ApiEnv } from '../api-env.ts';
import { pathOf, splitClusterPath } from '../request/cluster-path.ts';
import { isTruthyParameter } from '../request/query-parameters.ts';
import { requestAttributesOf } from '../request/request-attributes.ts';

/** Says which cluster a request is about: the one in its path, else the token's. Also says what it asks of it. */
export const resolveCluster = createMiddleware<ApiEnv>(async (c, next) => {
  const named = splitClusterPath(pathOf(c.req.url)).clusterId;
  const clusterId = named ?? c.get('identity')?.clusterId ?? systemClusterId;
  c.set('clusterId', clusterId);
  c.set(
    'attributes',
    requestAttributesOf({
      clusterId,
      method: c.req.method,
      path: c.req.path,
      watch: isTruthyParameter(c.req.query('watch')),
    }),
  );
  await next();
});
