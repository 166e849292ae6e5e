import type { SchemaTable } from '@berth/machinery';

const meta = 'k8s.io.apimachinery.pkg.apis.meta.v1';
const platform = 'berth.dev.api.platform.v1';

/** Messages of `platform.berth.dev/v1`, in the form of Kubernetes' own. */
export const platformMessages = {
  tenant: `${platform}.Tenant`,
  tenantSpec: `${platform}.TenantSpec`,
  cluster: `${platform}.Cluster`,
  clusterSpec: `${platform}.ClusterSpec`,
  clusterStatus: `${platform}.ClusterStatus`,
} as const;

/** The Tenant's own messages. */
export const tenantSchema: SchemaTable = {
  [platformMessages.tenant]: {
    metadata: { n: 1, t: `${meta}.ObjectMeta`, optional: true, always: true },
    spec: { n: 2, t: platformMessages.tenantSpec, optional: true },
  },
  [platformMessages.tenantSpec]: {
    displayName: { n: 1, t: 'string', optional: true },
  },
};

/** The Cluster's own messages. */
export const clusterSchema: SchemaTable = {
  [platformMessages.cluster]: {
    metadata: { n: 1, t: `${meta}.ObjectMeta`, optional: true, always: true },
    spec: { n: 2, t: platformMessages.clusterSpec, required: true, always: true },
    status: { n: 3, t: platformMessages.clusterStatus, optional: true },
  },
  [platformMessages.clusterSpec]: {
    tenant: { n: 1, t: 'string', required: true, always: true },
  },
  [platformMessages.clusterStatus]: {
    phase: { n: 1, t: 'string', optional: true, enum: ['Pending', 'Ready', 'Deleting'] },
    conditions: {
      n: 2,
      t: `${meta}.Condition`,
      repeated: true,
      optional: true,
      listType: 'map',
      listMapKeys: ['type'],
      patchStrategy: 'merge',
      patchMergeKey: 'type',
    },
  },
};
