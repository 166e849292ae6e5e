import type { FlowSchema } from '@berth/kinds';
import type { FlowRequest, PathTarget, ResourceTarget } from './flow-request.ts';

type Rule = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number];
type RuleSubject = NonNullable<Rule['subjects']>[number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];
type NonResourceRule = NonNullable<Rule['nonResourceRules']>[number];

/** Whether a rule of a FlowSchema is about the request: one of its subjects made it, and it is about one of its targets. */
export function matchesRule(rule: Rule, request: FlowRequest): boolean {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  if (!subjects.some((subject) => isSubject(subject, request))) return false;
  const { target } = request;
  return 'path' in target
    ? nonResourceRules.some((each) => matchesPath(each, request.verb, target))
    : resourceRules.some((each) => matchesResource(each, request.verb, target));
}

function isSubject({ user, group, serviceAccount }: RuleSubject, { username, groups }: FlowRequest): boolean {
  if (user !== undefined) return user.name === '*' || user.name === username;
  if (group !== undefined) return group.name === '*' || groups.includes(group.name);
  if (serviceAccount === undefined) return false;
  const prefix = `system:serviceaccount:${serviceAccount.namespace}:`;
  if (serviceAccount.name === '*') return username.startsWith(prefix);
  return username === prefix + serviceAccount.name;
}

function matchesResource(rule: ResourceRule, verb: string, target: ResourceTarget): boolean {
  const { group, resource, subresource, namespace } = target;
  return (
    covers(rule.verbs, verb) &&
    covers(rule.apiGroups, group) &&
    covers(rule.resources, subresource === '' ? resource : `${resource}/${subresource}`) &&
    (namespace === '' ? rule.clusterScope === true : covers(rule.namespaces, namespace))
  );
}

function matchesPath({ verbs, nonResourceURLs = [] }: NonResourceRule, verb: string, { path }: PathTarget) {
  return covers(verbs, verb) && nonResourceURLs.some((url) => coversPath(url, path));
}

function coversPath(url: string, path: string): boolean {
  if (url === '*' || url === path) return true;
  return url.endsWith('/*') && path.startsWith(url.slice(0, -1));
}

function covers(names: readonly string[] | undefined, name: string): boolean {
  return names !== undefined && (names.includes('*') || names.includes(name));
}
