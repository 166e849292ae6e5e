import { type KubeObject, semanticEqual } from '@berth/machinery';
import type { ClusterRole, ClusterRoleBinding } from '../generated/api-types.ts';
import { withMetadata } from '../lifecycle/metadata.ts';
import { uncoveredRules } from '../rbac/uncovered-rules.ts';
import { autoupdateAnnotation } from './default-metadata.ts';

/**
 * An object of the default policy with what it lacks of that: rules, subjects, selectors, labels and annotations; the same
 * object where it lacks nothing, or where its owner keeps it as it is. What it has beyond that stays.
 * https://kubernetes.io/docs/reference/access-authn-authz/rbac/#auto-reconciliation
 *
 * @param kept the object as the default policy has it; of the same kind and name
 */
export function keepDefaults<T extends KubeObject>(object: T, kept: KubeObject): T {
  if (object.metadata.annotations?.[autoupdateAnnotation] === 'false') return object;
  const whole = keepMetadata(object, kept);
  // The kinds of the default policy have their roles and bindings apart by what they hold.
  const isBinding = 'roleRef' in kept;
  const result: KubeObject = isBinding
    ? keepSubjects(whole as ClusterRoleBinding, kept as ClusterRoleBinding)
    : keepRules(whole, kept);
  return result as T;
}

function keepMetadata(object: KubeObject, { metadata }: KubeObject): KubeObject {
  const labels = { ...metadata.labels, ...object.metadata.labels };
  const annotations = { ...metadata.annotations, ...object.metadata.annotations };
  const isWhole =
    semanticEqual(labels, object.metadata.labels) && semanticEqual(annotations, object.metadata.annotations);
  return isWhole ? object : withMetadata(object, { labels, annotations });
}

/** The rules of an aggregated role are those of others; what makes it one is kept. */
function keepRules(role: ClusterRole, kept: ClusterRole): ClusterRole {
  if (kept.aggregationRule !== undefined) {
    const selectors = role.aggregationRule?.clusterRoleSelectors ?? [];
    const missing = (kept.aggregationRule.clusterRoleSelectors ?? []).filter(
      (wanted) => !selectors.some((selector) => semanticEqual(selector, wanted)),
    );
    if (missing.length === 0) return role;
    return { ...role, aggregationRule: { clusterRoleSelectors: [...selectors, ...missing] } };
  }
  const missing = uncoveredRules(role.rules ?? [], kept.rules ?? []);
  return missing.length === 0 ? role : { ...role, rules: [...(role.rules ?? []), ...missing] };
}

function keepSubjects(binding: ClusterRoleBinding, kept: ClusterRoleBinding): ClusterRoleBinding {
  const subjects = binding.subjects ?? [];
  const missing = (kept.subjects ?? []).filter(
    (wanted) => !subjects.some((subject) => semanticEqual(subject, wanted)),
  );
  return missing.length === 0 ? binding : { ...binding, subjects: [...subjects, ...missing] };
}
