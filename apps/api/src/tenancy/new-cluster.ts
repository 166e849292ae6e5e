import {
  type ClusterTemplate,
  decodeTemplateObject,
  type KindRegistry,
  type LifecycleContext,
  type Tenant,
} from '@berth/kinds';
import {
  type FieldError,
  forbiddenError,
  type GroupKind,
  type GroupResource,
  invalid,
  invalidError,
  notFoundError,
  path,
  StatusError,
} from '@berth/machinery';
import { ClusterSeedError, type Outcome, type Store, type Write } from '@berth/store';
import { creations } from '../provisioning/creations.ts';
import { templateOfCluster } from './template-of-cluster.ts';
import type { TenancyReader } from './tenancy-reader.ts';

/** A cluster that is to be made, and the object that stands for it. */
export interface WantedCluster {
  readonly clusterId: string;
  readonly tenantId: string;
  readonly template?: string | undefined;
  readonly suspended: boolean;
  /** The write that stores the object. */
  readonly recordedBy: Write;
  readonly kind: GroupKind;
  readonly groupResource: GroupResource;
}

export interface NewClusterParts {
  readonly store: Pick<Store, 'createCluster'>;
  readonly reader: TenancyReader;
  /** What a cluster serves. */
  readonly kinds: KindRegistry;
  readonly context: () => LifecycleContext;
  /** What every cluster begins with. */
  readonly seed: () => readonly Write[];
  readonly newSigningKeys: (
    clusterId: string,
  ) => Promise<Parameters<Store['createCluster']>[0]['signingKeys']>;
}

/**
 * Makes a cluster of a tenant with everything that it begins with, in one transaction with the object that stands for it.
 *
 * @throws StatusError `NotFound` without the tenant, `Forbidden` while it is suspended or goes, `Invalid` for a template
 *   that does not exist or whose objects cannot be made
 */
export async function createTenantCluster(parts: NewClusterParts, wanted: WantedCluster): Promise<Outcome> {
  const { clusterId, tenantId, recordedBy, suspended } = wanted;
  const [tenant, signingKeys] = await Promise.all([
    parts.reader.tenant(tenantId),
    parts.newSigningKeys(clusterId),
  ]);
  requireActive(tenant, wanted);
  const chosen = await templateOfCluster(parts.reader, { tenant, template: wanted.template });
  if (chosen && !chosen.template) {
    const detail = `${chosen.chosenBy} names it, and there is none in namespace "${chosen.namespace}"`;
    throw refused(wanted, invalid(path('spec', 'template'), chosen.name, detail));
  }
  const seed = [...parts.seed(), ...templateWrites(parts, wanted, chosen?.template)];
  try {
    return await parts.store.createCluster({
      clusterId,
      tenantId,
      seed,
      recordedBy,
      suspended,
      ...(signingKeys && { signingKeys }),
    });
  } catch (error) {
    if (!(error instanceof ClusterSeedError) || !chosen) throw error;
    throw refused(wanted, invalid(path('spec', 'template'), chosen.name, error.message));
  }
}

function requireActive(tenant: Tenant | undefined, wanted: WantedCluster): asserts tenant is Tenant {
  const { clusterId, tenantId, groupResource } = wanted;
  if (tenant === undefined) throw notFoundError({ ...groupResource, resource: 'tenants' }, tenantId);
  if (tenant.metadata.deletionTimestamp !== undefined) {
    throw forbiddenError(groupResource, clusterId, `tenant "${tenantId}" is being deleted`);
  }
  if (tenant.spec?.suspended) {
    throw forbiddenError(groupResource, clusterId, `tenant "${tenantId}" is suspended`);
  }
}

function templateWrites(
  { kinds, context }: NewClusterParts,
  wanted: WantedCluster,
  template: ClusterTemplate | undefined,
): readonly Write[] {
  const objects = template?.spec?.objects ?? [];
  const shared = context();
  return objects.flatMap((object, index) => {
    try {
      return creations(kinds, [decodeTemplateObject(kinds, object, 'Ignore')], shared);
    } catch (error) {
      // It was good when the template was written.
      if (!(error instanceof StatusError)) throw error;
      const at = path('spec', 'template');
      throw refused(
        wanted,
        invalid(at, template?.metadata.name, `its object ${index} is refused: ${error.message}`),
      );
    }
  });
}

function refused({ kind, clusterId }: WantedCluster, error: FieldError): StatusError {
  return invalidError(kind, clusterId, [error]);
}
