import { systemClusterId } from '@berth/auth';
import type { ClusterTemplate, Plan, Tenant } from '@berth/kinds';
import { decodeStoredBody, type KubeObject } from '@berth/machinery';
import type { Store } from '@berth/store';

/** Reads the objects that say whose clusters are and what they begin with, as they are at this moment. */
export interface TenancyReader {
  tenant(name: string): Promise<Tenant | undefined>;
  plan(name: string): Promise<Plan | undefined>;
  template(place: {
    readonly namespace: string;
    readonly name: string;
  }): Promise<ClusterTemplate | undefined>;
}

export function tenancyReader(store: Pick<Store, 'cluster'>): TenancyReader {
  const system = store.cluster(systemClusterId);
  const read = async (
    { plural, kind }: { readonly plural: string; readonly kind: string },
    place: { readonly namespace: string; readonly name: string },
  ): Promise<KubeObject | undefined> => {
    const stored = await system.get({ resource: `${plural}.platform.berth.dev`, ...place });
    const type = { apiVersion: 'platform.berth.dev/v1', kind };
    return stored && decodeStoredBody(stored.body, stored.revision, type);
  };
  return {
    tenant: (name) => read({ plural: 'tenants', kind: 'Tenant' }, { namespace: '', name }),
    plan: (name) => read({ plural: 'plans', kind: 'Plan' }, { namespace: '', name }),
    template: (place) => read({ plural: 'clustertemplates', kind: 'ClusterTemplate' }, place),
  };
}
