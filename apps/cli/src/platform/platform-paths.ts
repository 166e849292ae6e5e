const platform = '/apis/platform.berth.dev/v1';

/** Paths in the fleet's own cluster. */
export const platformPaths = {
  tenants: `${platform}/tenants`,
  tenant: (name: string) => `${platform}/tenants/${encodeURIComponent(name)}`,
  plans: `${platform}/plans`,
  plan: (name: string) => `${platform}/plans/${encodeURIComponent(name)}`,
  /** Of one tenant, or of all. */
  clusters: (tenant?: string) =>
    tenant === undefined
      ? `${platform}/clusters`
      : `${platform}/namespaces/${encodeURIComponent(tenant)}/clusters`,
  cluster: ({ tenant, name }: ClusterPlace) =>
    `${platformPaths.clusters(tenant)}/${encodeURIComponent(name)}`,
};

/** A cluster and whose it is. */
export interface ClusterPlace {
  readonly tenant: string;
  readonly name: string;
}

export const platformApiVersion = 'platform.berth.dev/v1';
