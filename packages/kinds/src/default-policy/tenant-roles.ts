import type { PolicyRule } from '../generated/api-types.ts';
import { onResources, reads, readsAndWrites } from './policy-rule.ts';

const platform = 'platform.berth.dev';
const views: readonly PolicyRule[] = [
  onResources(reads, platform, '*'),
  onResources(reads, 'metering.berth.dev', '*'),
  onResources(reads, 'core', 'events limitranges resourcequotas resourcequotas/status'),
  onResources(reads, 'core', 'namespaces'),
];

/**
 * What the people of a tenant may do in its namespace of the system cluster, by the names of the ClusterRoles that are
 * bound there.
 */
export const tenantRoles: Readonly<Record<string, readonly PolicyRule[]>> = {
  'berth:tenant-owner': [
    onResources(readsAndWrites, platform, '*'),
    onResources(readsAndWrites, 'rbac.authorization.k8s.io', 'rolebindings roles'),
    onResources(reads, 'audit.berth.dev', '*'),
    ...views,
  ],
  'berth:tenant-member': [onResources(readsAndWrites, platform, 'clusters'), ...views],
  'berth:tenant-viewer': views,
};
