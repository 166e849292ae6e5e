import { z } from 'zod';
import { formatTable } from '../output/format-table.ts';

const metering = '/apis/metering.berth.dev/v1';

/** Paths of usage reports in the fleet's own cluster, where those of a tenant are in its namespace. */
export const reportPaths = {
  /** The current hour, day and month, of everyone or of one tenant. */
  current: (tenant?: string) =>
    tenant === undefined
      ? `${metering}/usagereports`
      : `${metering}/namespaces/${encodeURIComponent(tenant)}/usagereports`,
  /** @param period `2026-11`, `2026-11-25` or `2026-11-25t13`, in UTC */
  of: (tenant: string, period: string) => `${reportPaths.current(tenant)}/${encodeURIComponent(period)}`,
};

const report = z.object({
  usage: z
    .array(
      z.object({
        cluster: z.string().default(''),
        namespace: z.string().default(''),
        resource: z.string(),
        amount: z.string(),
      }),
    )
    .default([]),
});

/** What was used over a time: amounts are cores, bytes or objects times seconds, and requests. */
export type UsedAmount = z.output<typeof report>['usage'][number];

/** What a tenant's report says of one of its clusters. */
export function amountsOfCluster(object: unknown, cluster: string): readonly UsedAmount[] {
  return report.parse(object).usage.filter((item) => item.cluster === cluster);
}

export function amountsTable(amounts: readonly UsedAmount[]): string {
  return formatTable(
    ['Namespace', 'Resource', 'Amount'],
    amounts.map(({ namespace, resource, amount }) => [namespace, resource, amount]),
  );
}

/** The month of a time, as reports are named. */
export function monthOf(time: Date): string {
  return time.toISOString().slice(0, 7);
}
