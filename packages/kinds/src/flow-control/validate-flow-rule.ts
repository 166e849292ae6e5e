import {
  checkDns1123Label,
  checkDns1123Subdomain,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '@berth/machinery';
import type { FlowSchema } from '../generated/api-types.ts';

type Rule = NonNullable<NonNullable<FlowSchema['spec']>['rules']>[number];
type FlowSubject = NonNullable<Rule['subjects']>[number];
type ResourceRule = NonNullable<Rule['resourceRules']>[number];
type NonResourceRule = NonNullable<Rule['nonResourceRules']>[number];

const subjectKinds = ['Group', 'ServiceAccount', 'User'] as const;
const subjectFields = { ServiceAccount: 'serviceAccount', User: 'user', Group: 'group' } as const;
/** The order in which upstream names what a subject may not have. */
const forbiddenOrder = ['ServiceAccount', 'User', 'Group'] as const;
/** Sorted, as upstream lists them. */
const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'proxy', 'update', 'watch'];

/** Checks one of a FlowSchema's rules, in upstream's words. */
export function validateFlowRule(rule: Rule, at: FieldPath): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule;
  const errors: FieldError[] = [];
  if (subjects.length === 0) {
    errors.push(required(at.child('subjects'), 'subjects must contain at least one value'));
  }
  for (const [index, subject] of subjects.entries()) {
    errors.push(...validateSubject(subject, at.child('subjects').index(index)));
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty';
    errors.push(required(at, detail));
  }
  for (const [index, resourceRule] of resourceRules.entries()) {
    errors.push(...validateResourceRule(resourceRule, at.child('resourceRules').index(index)));
  }
  for (const [index, pathRule] of nonResourceRules.entries()) {
    errors.push(...validateNonResourceRule(pathRule, at.child('nonResourceRules').index(index)));
  }
  return errors;
}

function validateSubject(subject: FlowSubject, at: FieldPath): FieldError[] {
  const kind = subjectKinds.find((known) => known === subject.kind);
  if (kind === undefined) return [notSupported(at.child('kind'), subject.kind, subjectKinds)];
  const field = subjectFields[kind];
  const errors =
    subject[field] === undefined
      ? [required(at.child(field), `${field} is required when subject kind is '${kind}'`)]
      : validateNamed(subject, kind, at.child(field));
  for (const other of forbiddenOrder) {
    const otherField = subjectFields[other];
    if (other === kind || subject[otherField] === undefined) continue;
    const detail = `${otherField} is forbidden when subject kind is not '${other}'`;
    errors.push(forbidden(at.child(otherField), detail));
  }
  return errors;
}

function validateNamed(
  subject: FlowSubject,
  kind: (typeof subjectKinds)[number],
  at: FieldPath,
): FieldError[] {
  const { name = '', namespace = '' } = {
    ...(kind === 'ServiceAccount' ? subject.serviceAccount : subject[subjectFields[kind]]),
  } as { name?: string; namespace?: string };
  const errors: FieldError[] = [];
  if (name === '') errors.push(required(at.child('name')));
  if (kind !== 'ServiceAccount') return errors;
  if (name !== '' && name !== '*') {
    errors.push(...checkDns1123Subdomain(name).map((problem) => invalid(at.child('name'), name, problem)));
  }
  if (namespace === '') {
    errors.push(required(at.child('namespace'), 'must specify namespace for service account'));
  }
  if (namespace !== '') {
    const problems = checkDns1123Label(namespace);
    errors.push(...problems.map((problem) => invalid(at.child('namespace'), namespace, problem)));
  }
  return errors;
}

function validateResourceRule(rule: ResourceRule, at: FieldPath): FieldError[] {
  const { apiGroups = [], resources = [], namespaces = [], clusterScope = false } = rule;
  const errors = validateVerbs(rule.verbs, at.child('verbs'));
  if (apiGroups.length === 0) {
    errors.push(required(at.child('apiGroups'), 'resource rules must supply at least one api group'));
  } else if (isWildcardAmongOthers(apiGroups)) {
    const detail = "if '*' is present, must not specify other api groups";
    errors.push(invalid(at.child('apiGroups'), apiGroups, detail));
  }
  if (resources.length === 0) {
    errors.push(required(at.child('resources'), 'resource rules must supply at least one resource'));
  } else if (isWildcardAmongOthers(resources)) {
    const detail = "if '*' is present, must not specify other resources";
    errors.push(invalid(at.child('resources'), resources, detail));
  }
  if (namespaces.length === 0 && !clusterScope) {
    const detail = 'resource rules that are not cluster scoped must supply at least one namespace';
    errors.push(required(at.child('namespaces'), detail));
  }
  return [...errors, ...validateNamespaces(namespaces, at.child('namespaces'))];
}

function validateNamespaces(namespaces: readonly string[], at: FieldPath): FieldError[] {
  if (isWildcardAmongOthers(namespaces)) {
    return [invalid(at, namespaces, "if '*' is present, must not specify other namespaces")];
  }
  if (namespaces.includes('*')) return [];
  const intro = "each member of this list must be '*' or a DNS-1123 label; ";
  return namespaces.flatMap((namespace, index) =>
    checkDns1123Label(namespace).map((problem) => invalid(at.index(index), namespace, intro + problem)),
  );
}

function validateNonResourceRule(rule: NonResourceRule, at: FieldPath): FieldError[] {
  const { nonResourceURLs = [] } = rule;
  const errors = validateVerbs(rule.verbs, at.child('verbs'));
  const urls = at.child('nonResourceURLs');
  if (nonResourceURLs.length === 0) {
    errors.push(required(urls, 'nonResourceURLs must contain at least one value'));
  } else if (isWildcardAmongOthers(nonResourceURLs)) {
    const detail = "if '*' is present, must not specify other non-resource URLs";
    errors.push(invalid(urls, nonResourceURLs, detail));
  } else if (!nonResourceURLs.includes('*')) {
    for (const [index, url] of nonResourceURLs.entries()) {
      const problem = urlProblem(url);
      if (problem !== undefined) errors.push(invalid(urls.index(index), url, problem));
    }
  }
  return errors;
}

function urlProblem(url: string): string | undefined {
  if (url === '') return 'must not be empty';
  if (url === '/') return undefined;
  if (!url.startsWith('/')) return 'must start with slash';
  if (url.includes(' ')) return 'must not contain white-space';
  if (url.includes('//')) return 'must not contain double slash';
  const wildcards = url.split('*').length - 1;
  const isSuffix = wildcards === 0 || (wildcards === 1 && url.endsWith('/*'));
  return isSuffix ? undefined : 'wildcard can only do suffix matching';
}

function validateVerbs(given: readonly string[] = [], at: FieldPath): FieldError[] {
  if (given.length === 0) return [required(at, 'verbs must contain at least one value')];
  if (isWildcardAmongOthers(given)) {
    return [invalid(at, given, "if '*' is present, must not specify other verbs")];
  }
  const areKnown = given.includes('*') || given.every((verb) => verbs.includes(verb));
  return areKnown ? [] : [notSupported(at, given, verbs)];
}

function isWildcardAmongOthers(values: readonly string[]): boolean {
  return values.length > 1 && values.includes('*');
}
