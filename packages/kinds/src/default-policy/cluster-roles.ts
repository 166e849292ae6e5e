import type { ClusterRole, PolicyRule } from '../generated/api-types.ts';
import { rbacGroup } from '../rbac/rbac-group.ts';
import { aggregatedRules } from './aggregated-rules.ts';
import { defaultMetadata } from './default-metadata.ts';
import { systemRoles } from './system-roles.ts';
import { tenantRoles } from './tenant-roles.ts';
import { adminRules, editRules, viewRules } from './user-roles.ts';

type Level = 'admin' | 'edit' | 'view';

const labelOf = (level: Level): Record<string, string> => ({
  [`rbac.authorization.k8s.io/aggregate-to-${level}`]: 'true',
});

const parts: readonly ClusterRole[] = [
  clusterRole('system:aggregate-to-admin', adminRules, labelOf('admin')),
  clusterRole('system:aggregate-to-edit', editRules, labelOf('edit')),
  clusterRole('system:aggregate-to-view', viewRules, labelOf('view')),
];

const view = aggregate('view', labelOf('edit'), parts);
const edit = aggregate('edit', labelOf('admin'), [...parts, view]);
const admin = aggregate('admin', {}, [...parts, edit]);

/** The ClusterRoles that every cluster has. */
export const defaultClusterRoles: readonly ClusterRole[] = [
  ...Object.entries(systemRoles).map(([name, rules]) => clusterRole(name, rules)),
  ...parts,
  view,
  edit,
  admin,
];

/** Those of the system cluster alone. */
export const tenantClusterRoles: readonly ClusterRole[] = Object.entries(tenantRoles).map(([name, rules]) =>
  clusterRole(name, rules),
);

function aggregate(
  level: Level,
  labels: Readonly<Record<string, string>>,
  others: readonly ClusterRole[],
): ClusterRole {
  const role: ClusterRole = {
    ...clusterRole(level, [], labels),
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: labelOf(level) }] },
  };
  return { ...role, rules: aggregatedRules(role, others) };
}

function clusterRole(
  name: string,
  rules: readonly PolicyRule[],
  labels: Readonly<Record<string, string>> = {},
): ClusterRole {
  return {
    apiVersion: `${rbacGroup}/v1`,
    kind: 'ClusterRole',
    metadata: defaultMetadata(name, labels),
    rules: [...rules],
  };
}
