import { type FieldError, type FieldPath, invalid, path, required } from '@berth/machinery';
import type { PolicyRule } from '../generated/api-types.ts';

/** What is wrong with the rules of a role. Only ClusterRoles may name paths that are no resources. */
export function validateRules(
  rules: readonly PolicyRule[] | undefined,
  { namespaced }: { readonly namespaced: boolean },
): FieldError[] {
  return (rules ?? []).flatMap((rule, index) => validateRule(rule, path('rules').index(index), namespaced));
}

function validateRule(rule: PolicyRule, at: FieldPath, namespaced: boolean): FieldError[] {
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule;
  const errors: FieldError[] = [];
  // A body that says null has no list.
  if ((verbs ?? []).length === 0) {
    errors.push(required(at.child('verbs'), 'verbs must contain at least one value'));
  }
  if (nonResourceURLs.length > 0) {
    const refuse = (detail: string) =>
      errors.push(invalid(at.child('nonResourceURLs'), nonResourceURLs, detail));
    if (namespaced) refuse('namespaced rules cannot apply to non-resource URLs');
    if (apiGroups.length > 0 || resources.length > 0 || resourceNames.length > 0) {
      refuse('rules cannot apply to both regular resources and non-resource URLs');
    }
    return errors;
  }
  if (apiGroups.length === 0) {
    errors.push(required(at.child('apiGroups'), 'resource rules must supply at least one api group'));
  }
  if (resources.length === 0) {
    errors.push(required(at.child('resources'), 'resource rules must supply at least one resource'));
  }
  return errors;
}
