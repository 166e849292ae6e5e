import type { Database } from '../database.ts';
import { decimalQuantity } from '../encode-usage.ts';
import type { TenantLimits, TenantUsage } from '../usage.ts';
import { translated } from '../translate-error.ts';

export function tenantLimitStore(database: Database): TenantLimits {
  return {
    set(tenantId, limits) {
      const encoded = Object.entries(limits).map(([resource, quantity]) => ({
        resource,
        amount: decimalQuantity(quantity),
        quantity,
      }));
      return translated(
        'change',
        async () =>
          void (await database.fleetSql`
            select berth.set_tenant_limits(${tenantId}, ${JSON.stringify(encoded)}::jsonb)`),
      );
    },
    usageOfAll() {
      return translated('read', async () => {
        const rows = await database.fleetSql<{ tenantId: string; usage: TenantUsage[] }[]>`
          select t.tenant_id as "tenantId", jsonb_agg(jsonb_build_object('resource', t.resource, 'hard', t.quantity,
            'used', berth.format_quantity(u.used, u.is_binary)) order by t.resource) as usage
          from berth.tenant_limits t join berth.tenant_usage u on u.tenant_id = t.tenant_id and u.resource = t.resource
          group by t.tenant_id order by t.tenant_id`;
        return rows.map(({ tenantId, usage }) => ({ tenantId, usage }));
      });
    },
    usage(tenantId) {
      return translated('read', async () => {
        const rows = await database.fleetSql<TenantUsage[]>`
          select t.resource, t.quantity as hard, berth.format_quantity(u.used, u.is_binary) as used
          from berth.tenant_limits t join berth.tenant_usage u on u.tenant_id = t.tenant_id and u.resource = t.resource
          where t.tenant_id = ${tenantId} order by t.resource`;
        return rows.map(({ resource, hard, used }) => ({ resource, hard, used }));
      });
    },
  };
}
