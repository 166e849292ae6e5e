import { z } from 'zod';

const amounts = z.record(z.string(), z.string()).default({});
const measured = z.object({
  kind: z.string().optional(),
  metadata: z.object({ name: z.string(), namespace: z.string().default('') }),
  status: z.object({ used: amounts, hard: amounts }).default({ used: {}, hard: {} }),
});

/** What one tenant or cluster uses of one resource. Amounts are quantities of Kubernetes. */
export interface UsageRow {
  readonly tenant: string;
  /** Absent for the tenant as a whole. */
  readonly cluster?: string;
  readonly resource: string;
  readonly used: string;
  /** Absent where nothing limits it. */
  readonly limit?: string;
}

/** The rows of a Tenant or a Cluster, by the names of their resources. */
export function usageRows(object: unknown, kind: 'Tenant' | 'Cluster'): readonly UsageRow[] {
  const { metadata, status } = measured.parse(object);
  const { used, hard } = status;
  const whose =
    kind === 'Tenant' ? { tenant: metadata.name } : { tenant: metadata.namespace, cluster: metadata.name };
  return [...new Set([...Object.keys(used), ...Object.keys(hard)])].toSorted().map((resource) => {
    const limit = hard[resource];
    return { ...whose, resource, used: used[resource] ?? '0', ...(limit !== undefined && { limit }) };
  });
}
