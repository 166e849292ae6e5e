import { type FieldError, type FieldPath, invalid, required } from '@berth/machinery';
import type { ResourceQuotaSpec, ScopedResourceSelectorRequirement } from '../generated/api-types.ts';

const podObjects = ['pods'];
const podCompute = [
  'pods',
  'cpu',
  'memory',
  'limits.cpu',
  'limits.memory',
  'requests.cpu',
  'requests.memory',
];
const claimResources = ['persistentvolumeclaims', 'requests.storage'];

/** What a quota of a scope may limit, of the resources that Kubernetes itself names. */
const resourcesByScope: ReadonlyMap<string, readonly string[]> = new Map([
  ['BestEffort', podObjects],
  ['CrossNamespacePodAffinity', podCompute],
  ['NotBestEffort', podCompute],
  ['NotTerminating', podCompute],
  ['PriorityClass', podCompute],
  ['Terminating', podCompute],
  ['VolumeAttributesClass', claimResources],
]);

/** Scopes that an object is either in or not in. */
const plainScopes: ReadonlySet<string> = new Set([
  'BestEffort',
  'CrossNamespacePodAffinity',
  'NotBestEffort',
  'NotTerminating',
  'Terminating',
]);

const contradictions = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const;

export interface ScopeRules {
  readonly at: FieldPath;
  /** Whether Kubernetes itself names the resource. */
  readonly isQuotaResource: (name: string) => boolean;
}

export function validateScopes(spec: ResourceQuotaSpec, rules: ScopeRules): FieldError[] {
  const scopes = spec.scopes ?? [];
  const at = rules.at.child('scopes');
  return [
    ...scopes.flatMap((scope) => [
      ...(resourcesByScope.has(scope) ? [] : [invalid(at, scopes, 'unsupported scope')]),
      ...misplacedResources(spec, { scope, rules }).map(() =>
        invalid(at, scopes, 'unsupported scope applied to resource'),
      ),
    ]),
    ...contradicting(scopes).map(() => invalid(at, scopes, 'conflicting scopes')),
  ];
}

export function validateScopeSelector(spec: ResourceQuotaSpec, rules: ScopeRules): FieldError[] {
  const { scopeSelector } = spec;
  const requirements = scopeSelector?.matchExpressions ?? [];
  const at = rules.at.child('scopeSelector', 'matchExpressions');
  return [
    ...requirements.flatMap((requirement) => [
      ...(resourcesByScope.has(requirement.scopeName)
        ? []
        : [invalid(at.child('scopeName'), requirement.scopeName, 'unsupported scope')]),
      ...misplacedResources(spec, { scope: requirement.scopeName, rules }).map(() =>
        invalid(at, scopeSelector, 'unsupported scope applied to resource'),
      ),
      ...validateOperator(requirement, at),
    ]),
    ...contradicting(requirements.map(({ scopeName }) => scopeName)).map(() =>
      invalid(at, spec.scopes ?? null, 'conflicting scopes'),
    ),
  ];
}

function misplacedResources(
  { hard = {} }: ResourceQuotaSpec,
  { scope, rules }: { scope: string; rules: ScopeRules },
): string[] {
  const allowed = resourcesByScope.get(scope);
  if (allowed === undefined) return [];
  return Object.keys(hard).filter((name) => rules.isQuotaResource(name) && !allowed.includes(name));
}

function contradicting(scopes: readonly string[]) {
  return contradictions.filter((pair) => pair.every((scope) => scopes.includes(scope)));
}

function validateOperator(
  { scopeName, operator, values = [] }: ScopedResourceSelectorRequirement,
  at: FieldPath,
): FieldError[] {
  const errors: FieldError[] = [];
  if (plainScopes.has(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exist' only operator when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort and ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalid(at.child('operator'), operator, detail));
  }
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length === 0) {
        const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
        errors.push(required(at.child('values'), detail));
      }
      return errors;
    case 'Exists':
    case 'DoesNotExist':
      if (values.length > 0) {
        const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
        errors.push(invalid(at.child('values'), values, detail));
      }
      return errors;
    default:
      return [...errors, invalid(at.child('operator'), operator, 'not a valid selector operator')];
  }
}
