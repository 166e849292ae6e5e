import { apiVersionOf, resourceName } from '@berth/kinds';
import {
  countedOnly,
  decodeStoredBody,
  judgeQuotas,
  type KubeObject,
  planState,
  type QuotaRefusal,
  type QuotaState,
  type UsageChange,
} from '@berth/machinery';
import type { Store } from '@berth/store';
import type { ResourceScope } from '../route/resource-scope.ts';
import { refusalError } from './commit.ts';

/** A write that a dry run does not commit. */
export interface DryWrite {
  readonly name: string;
  readonly before?: KubeObject;
  readonly after: KubeObject;
}

/** What the commit would refuse for quotas and for the plan of the tenant, for a dry run. @throws StatusError `Forbidden` */
export async function requireRoom(store: Store, scope: ResourceScope, write: DryWrite): Promise<void> {
  const change = changeOf(scope, write);
  const refusal =
    judgeQuotas(await quotasOf(scope), change) ?? (await planRefusal(store, scope.cluster.clusterId, change));
  if (refusal !== undefined) throw refusalError(scope, write.name, { status: 'quota', refusal });
}

function changeOf({ definition, resource }: ResourceScope, { before, after }: DryWrite): UsageChange {
  const usageOf = definition.usage ?? (() => countedOnly);
  return { resource, ...(before && { before: usageOf(before) }), after: usageOf(after) };
}

async function quotasOf({ kinds, cluster, namespace }: ResourceScope): Promise<QuotaState[]> {
  if (namespace === '') return [];
  const states: QuotaState[] = [];
  for (const kind of kinds.definitions) {
    if (!kind.quota) continue;
    const typeMeta = { apiVersion: apiVersionOf(kind.versions[0]), kind: kind.kind };
    const { items } = await cluster.list({ resource: resourceName(kind), namespace });
    for (const { name, body, revision } of items) {
      const quota = decodeStoredBody(body, revision, typeMeta);
      // Kinds with quotas keep what is used in this member of their status.
      const { status } = quota as { status?: { used?: Record<string, string> } };
      states.push({ name, rule: kind.quota(quota), used: status?.used ?? {} });
    }
  }
  return states;
}

async function planRefusal(
  store: Store,
  clusterId: string,
  change: UsageChange,
): Promise<QuotaRefusal | undefined> {
  const owner = await store.clusterOwner(clusterId);
  if (owner === undefined) return undefined;
  const { tenantId } = owner;
  const refusal = judgeQuotas([planState(tenantId, await store.tenantLimits.usage(tenantId))], change);
  return refusal?.by === 'quota' ? { by: 'plan', tenant: tenantId, exceeded: refusal.exceeded } : undefined;
}
