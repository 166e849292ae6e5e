import { systemClusterId } from '@berth/auth';
import type { Plan } from '@berth/kinds';
import { durationMs } from '@berth/machinery';
import type { Store } from '@berth/store';

/**
 * How long the log has to be kept for the plans that tenants have, in milliseconds; 0 if none of them asks. Partitions hold
 * the logs of all clusters, so the longest counts.
 */
export async function longestRetention(store: Pick<Store, 'cluster'>): Promise<number> {
  const { items } = await store.cluster(systemClusterId).list({ resource: 'plans.platform.berth.dev' });
  const asked = items.map(({ body }) => {
    // A stored body is the object without its type.
    const { spec, status } = JSON.parse(body) as Pick<Plan, 'spec' | 'status'>;
    return status?.tenants && spec?.logRetention ? durationMs(spec.logRetention) : 0;
  });
  return Math.max(0, ...asked);
}
