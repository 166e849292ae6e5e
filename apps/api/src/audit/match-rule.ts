import type { RequestAttributes } from '@berth/auth';
import type { AuditRule } from '@berth/kinds';

/** A request, as rules of policies look at it. */
export interface AuditedRequest {
  /** Who sent it, whoever it is made as. */
  readonly username: string;
  readonly groups: readonly string[];
  readonly attributes: RequestAttributes;
}

/** Whether a rule is about a request, as upstream decides. https://kubernetes.io/docs/tasks/debug/debug-cluster/audit/#audit-policy */
export function matchesRule(rule: AuditRule, { username, groups, attributes }: AuditedRequest): boolean {
  const {
    users = [],
    userGroups = [],
    verbs = [],
    namespaces = [],
    resources = [],
    nonResourceURLs = [],
  } = rule;
  if (users.length > 0 && !users.includes(username)) return false;
  if (userGroups.length > 0 && !userGroups.some((group) => groups.includes(group))) return false;
  if (verbs.length > 0 && !verbs.includes(attributes.verb)) return false;
  if (namespaces.length > 0 || resources.length > 0) {
    if (attributes.type === 'path') return false;
    if (namespaces.length > 0 && !namespaces.includes(attributes.namespace)) return false;
    return resources.length === 0 || resources.some((of) => matchesResource(of, attributes));
  }
  if (nonResourceURLs.length > 0) {
    return attributes.type === 'path' && nonResourceURLs.some((url) => matchesPath(url, attributes.path));
  }
  return true;
}

function matchesResource(
  { group = '', resources = [], resourceNames = [] }: NonNullable<AuditRule['resources']>[number],
  attributes: Extract<RequestAttributes, { type: 'resource' }>,
): boolean {
  if (group !== attributes.group) return false;
  if (resources.length === 0) return true;
  if (resourceNames.length > 0 && !resourceNames.includes(attributes.name)) return false;
  const { resource, subresource } = attributes;
  const full = subresource === '' ? resource : `${resource}/${subresource}`;
  return resources.some(
    (pattern) =>
      pattern === full ||
      pattern === '*' ||
      (subresource !== '' && (pattern === `*/${subresource}` || pattern === `${resource}/*`)),
  );
}

function matchesPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path;
}
