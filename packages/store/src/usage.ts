/** What all clusters of a tenant together may use, judged and counted by each commit. */
export interface TenantLimits {
  /**
   * Replaces the tenant's limits: quantities by counter (`pods`, `requests.cpu`, `count/jobs.batch`, `clusters`). Usage above a
   * new limit may stay or shrink. Waits for the commits of the tenant's clusters that are under way.
   */
  set(tenantId: string, limits: Readonly<Record<string, string>>): Promise<void>;
  /** The limited resources, in byte order, each with what is used of it at this moment. */
  usage(tenantId: string): Promise<TenantUsage[]>;
  /** The same of all tenants that have limits. */
  usageOfAll(): Promise<{ readonly tenantId: string; readonly usage: readonly TenantUsage[] }[]>;
}

/**
 * What was used over time. Commits write it down as pieces, which are added up by hours; whatever no piece has yet is worked
 * out when it is asked for, so that usage which stands still costs nothing.
 */
export interface Metering {
  /**
   * What a tenant, a cluster, or everyone used from one whole hour to another; a `to` that is yet to come stands for now. What
   * deleted clusters used stands under the cluster '' and the namespace ''.
   */
  usageOf(
    who: { readonly tenantId?: string; readonly clusterId?: string },
    from: Date,
    to: Date,
  ): Promise<MeteredUsage[]>;
  /** Notes requests that were answered since a time; those of clusters that are gone are dropped. */
  addRequests(
    counts: readonly { readonly clusterId: string; readonly namespace: string; readonly count: number }[],
    since: Date,
  ): Promise<void>;
  /** Adds finished pieces to their hours. @returns how many. */
  rollUp(): Promise<number>;
  /** Makes the hours from a whole hour on again, from the pieces, none of which may have been dropped. */
  recompute(from: Date): Promise<void>;
  /** Drops pieces that hours have, and hours, that ended before; and counters that came to 0 and stayed there. */
  drop(before: { readonly piecesBefore: Date; readonly hoursBefore: Date }): Promise<void>;
}

export interface MeteredUsage {
  readonly tenantId: string;
  readonly clusterId: string;
  readonly namespace: string;
  /** `running.cpu`, `running.memory`, `requests.storage`, `count/<resource>`, `requests`. */
  readonly resource: string;
  /** A plain decimal: cores, bytes or objects times seconds; requests. */
  readonly amount: string;
}

/** Quantities as Kubernetes writes them. */
export interface TenantUsage {
  /** The counter. */
  readonly resource: string;
  readonly hard: string;
  readonly used: string;
}
