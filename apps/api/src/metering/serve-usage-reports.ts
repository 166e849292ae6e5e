import { systemClusterId } from '@berth/auth';
import {
  currentPeriods,
  meteredName,
  type UsageItem,
  type UsagePeriod,
  usageCost,
  usagePeriod,
  type UsageReport,
  usageTotals,
} from '@berth/kinds';
import { methodNotAllowedError, notFoundError, toTime } from '@berth/machinery';
import type { MeteredUsage } from '@berth/store';
import { negotiate } from '../respond/negotiate.ts';
import { send } from '../respond/send.ts';
import { includeObjectOf, tableJson } from '../respond/table-json.ts';
import type { ResourceRequest } from '../route/resource-request.ts';

/** `GET` of usage reports: of one period, or of the current ones. */
export async function serveUsageReports(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const { verb } = scope.attributes;
  if (verb !== 'get' && verb !== 'list') throw methodNotAllowedError(scope.attributes, verb);
  const output = negotiate(c.req.header('accept'), { projections: ['Table'] });
  const objects = verb === 'get' ? [await oneReport(request)] : await currentReports(request);
  if (output.as?.kind === 'Table') {
    const rendering = {
      objects,
      metadata: {},
      version: output.as.version,
      includeObject: includeObjectOf({ c }),
    };
    return send(c, { format: output.format, json: tableJson({ scope, deps }, rendering) });
  }
  const { apiVersion } = scope.typeMeta;
  const list = {
    kind: scope.definition.listKind,
    apiVersion,
    metadata: { resourceVersion: '' },
    items: objects,
  };
  return send(c, { format: output.format, json: JSON.stringify(verb === 'get' ? objects[0] : list) });
}

async function oneReport(request: ResourceRequest): Promise<UsageReport> {
  const { scope } = request;
  const period = usagePeriod(scope.name);
  if (period === undefined) throw notFoundError(scope.groupResource, scope.name);
  const usage = await usageIn(request, period);
  return report(request, { period, namespace: scope.namespace, usage: usage.get(scope.namespace) ?? [] });
}

async function currentReports(request: ResourceRequest): Promise<UsageReport[]> {
  const { deps, scope } = request;
  const reports: UsageReport[] = [];
  for (const period of currentPeriods(deps.now())) {
    const usage = await usageIn(request, period);
    const namespaces = scope.namespace === '' ? [...usage.keys()].sort() : [scope.namespace];
    for (const namespace of namespaces) {
      reports.push(await report(request, { period, namespace, usage: usage.get(namespace) ?? [] }));
    }
  }
  return reports;
}

/** Whose usage belongs into a namespace: of the system cluster that of its tenant, of another cluster its own. */
async function usageIn(
  { deps, scope }: ResourceRequest,
  { from, to }: UsagePeriod,
): Promise<ReadonlyMap<string, readonly MeteredUsage[]>> {
  const { clusterId } = scope.attributes;
  const isFleet = clusterId === systemClusterId;
  const whose = isFleet ? tenantOf(scope.namespace) : { clusterId };
  const usage = await deps.store.metering.usageOf(whose, from, to);
  return Map.groupBy(usage, ({ tenantId, namespace }) =>
    isFleet ? tenantId : namespace || clusterScopedNamespace,
  );
}

/** Where a cluster's report tells of what is in no namespace. */
const clusterScopedNamespace = 'kube-system';

function tenantOf(namespace: string): { readonly tenantId?: string } {
  return namespace === '' ? {} : { tenantId: namespace };
}

async function report(
  { deps, scope }: ResourceRequest,
  made: { readonly period: UsagePeriod; readonly namespace: string; readonly usage: readonly MeteredUsage[] },
): Promise<UsageReport> {
  const { period, namespace } = made;
  const { clusterId } = scope.attributes;
  const usage = made.usage.map(toItem);
  const totals = usageTotals(usage);
  const owner = await deps.tenants.ofCluster(clusterId);
  const tenant = clusterId === systemClusterId ? namespace : (owner?.tenantId ?? '');
  const cost = usageCost(totals, (await deps.tenants.planOf(tenant)).priceWeights);
  const now = deps.now();
  return {
    ...scope.typeMeta,
    metadata: { name: period.name, namespace },
    from: toTime(period.from),
    to: toTime(period.to > now ? now : period.to),
    tenant,
    totals,
    ...(cost !== undefined && { cost }),
    usage,
  };
}

function toItem({ clusterId, namespace, resource, amount }: MeteredUsage): UsageItem {
  return { cluster: clusterId, namespace, resource: meteredName(resource), amount };
}
