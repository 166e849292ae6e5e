import { createTenantDirectory } from '@berth/tenancy';
import { Hono } from 'hono';
import type { ApiDeps, AppDeps } from './api-deps.ts';
import type { ApiEnv } from './api-env.ts';
import { clusterAuthorizer } from './authorization/cluster-authorizer.ts';
import { addDiscovery } from './discovery/add-discovery.ts';
import { addFleetFeed } from './fleet/add-fleet-feed.ts';
import { addHealth } from './health/add-health.ts';
import { clusterKinds } from './kinds/cluster-kinds.ts';
import { countRequests } from './metering/request-counter.ts';
import { addOpenApi } from './openapi/add-openapi.ts';
import { addOpenId } from './openid/add-openid.ts';
import { addLoginIssuers } from './outsiders/add-login-issuers.ts';
import { addTokenExchange } from './outsiders/add-token-exchange.ts';
import { createOutsiders } from './outsiders/outsiders.ts';
import { requestAllowances } from './outsiders/request-allowances.ts';
import { auditTrail } from './audit/audit-trail.ts';
import { accessLog } from './pipeline/access-log.ts';
import { answerError } from './pipeline/answer-error.ts';
import { audit } from './pipeline/audit.ts';
import { authenticate } from './pipeline/authenticate.ts';
import { authorize } from './pipeline/authorize.ts';
import { fairShare } from './pipeline/fair-share.ts';
import { impersonate } from './pipeline/impersonate.ts';
import { requestId } from './pipeline/request-id.ts';
import { requireCluster } from './pipeline/require-cluster.ts';
import { resolveCluster } from './pipeline/resolve-cluster.ts';
import { pathWithinCluster } from './request/cluster-path.ts';
import { serveResource } from './route/serve-resource.ts';

export type ApiApp = Hono<ApiEnv>;

/** The API server as one handler of requests. Routes are written as a cluster of its own would have them. */
export function createApp(deps: ApiDeps): ApiApp {
  const app = new Hono<ApiEnv>({ getPath: (request) => pathWithinCluster(request.url) });
  const kindsOf = clusterKinds(deps.kinds);
  const tenants = createTenantDirectory(deps.store);
  const authorizer = clusterAuthorizer({ store: deps.store, tenants, kindsOf });
  const outsiders = createOutsiders(deps);
  const takeOpenRequest = requestAllowances(deps.elapsedMs ?? (() => performance.now()));
  const parts: AppDeps = { ...deps, authorizer, tenants, outsiders };
  app.onError(answerError(deps.log));
  app.use(
    requestId,
    accessLog(deps.log),
    audit(auditTrail(deps)),
    authenticate(deps, outsiders),
    resolveCluster,
    impersonate(parts),
    fairShare(parts),
    countRequests(deps),
    authorize(parts),
    requireCluster(parts),
  );
  addHealth(app, deps);
  addOpenId(app, deps);
  addTokenExchange(app, parts, takeOpenRequest);
  addLoginIssuers(app, outsiders.trusted);
  addDiscovery(app, deps);
  addOpenApi(app);
  addFleetFeed(app, deps);
  app.all('*', serveResource(parts, kindsOf('')));
  return app;
}
