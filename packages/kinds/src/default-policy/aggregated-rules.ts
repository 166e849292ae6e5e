import { labelSelectorRequirements, matchesLabels, semanticEqual } from '@berth/machinery';
import type { ClusterRole, PolicyRule } from '../generated/api-types.ts';

/** Whether an aggregated role takes in another one. */
export function aggregates(role: ClusterRole, other: ClusterRole): boolean {
  if (role.metadata.name === other.metadata.name) return false;
  return (role.aggregationRule?.clusterRoleSelectors ?? []).some((selector) =>
    matchesLabels(other.metadata.labels ?? {}, labelSelectorRequirements(selector)),
  );
}

/**
 * The rules of an aggregated role: those of the roles that it takes in, by name, each rule once.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#aggregated-clusterroles
 */
export function aggregatedRules(role: ClusterRole, all: readonly ClusterRole[]): PolicyRule[] {
  const taken = all
    .filter((other) => aggregates(role, other))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  const rules: PolicyRule[] = [];
  for (const rule of taken.flatMap((other) => other.rules ?? [])) {
    if (!rules.some((known) => semanticEqual(known, rule))) rules.push(rule);
  }
  return rules;
}
