import {
  compareQuantities,
  type FieldError,
  type FieldPath,
  invalid,
  type KubeObject,
  parseQuantity,
  path,
  required,
} from '@berth/machinery';
import type { ResourceQuota, ResourceQuotaSpec } from '../generated/api-types.ts';
import { isHugePages, isWholeNumberResource, validateResourceName } from '../pod-template/resource-names.ts';
import { validateScopeSelector, validateScopes } from './validate-scopes.ts';

const quotaResources: ReadonlySet<string> = new Set([
  'configmaps',
  'cpu',
  'ephemeral-storage',
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'memory',
  'persistentvolumeclaims',
  'pods',
  'replicationcontrollers',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
  'requests.storage',
  'resourcequotas',
  'secrets',
  'services',
  'services.loadbalancers',
  'services.nodeports',
]);

const specAt = path('spec');

export function validateResourceQuota(object: KubeObject): readonly FieldError[] {
  const { spec = {} }: ResourceQuota = object;
  return [
    ...validateAmounts(spec.hard, specAt.child('hard')),
    ...validateScopes(spec, { at: specAt, isQuotaResource }),
    ...validateScopeSelector(spec, { at: specAt, isQuotaResource }),
  ];
}

export function validateResourceQuotaUpdate(next: KubeObject, current: KubeObject): readonly FieldError[] {
  const scopes = scopesOf(next);
  const former = scopesOf(current);
  const hasOthers =
    scopes.some((scope) => !former.includes(scope)) || former.some((scope) => !scopes.includes(scope));
  return [
    ...validateResourceQuota(next),
    ...(hasOthers ? [invalid(specAt.child('scopes'), scopes, 'field is immutable')] : []),
  ];
}

export function validateResourceQuotaStatus(next: KubeObject): readonly FieldError[] {
  const { metadata, status = {} }: ResourceQuota = next;
  return [
    ...(metadata.resourceVersion ? [] : [required(path('metadata', 'resourceVersion'))]),
    ...validateAmounts(status.hard, path('status', 'hard')),
    ...validateAmounts(status.used, path('status', 'used')),
  ];
}

function validateAmounts(amounts: ResourceQuotaSpec['hard'], at: FieldPath): FieldError[] {
  return Object.entries(amounts ?? {})
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .flatMap(([name, amount]) => [
      ...validateQuotaResourceName(name, at.key(name)),
      ...validateAmount(name, amount, at.key(name)),
    ]);
}

function validateQuotaResourceName(name: string, at: FieldPath): FieldError[] {
  const errors = validateResourceName(name, at);
  if (name.includes('/') || isQuotaResource(name)) return errors;
  return [...errors, invalid(at, name, 'must be a standard resource for quota')];
}

function isQuotaResource(name: string): boolean {
  return quotaResources.has(name) || isHugePages(name) || name.startsWith('requests.hugepages-');
}

function validateAmount(name: string, amount: string, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (compareQuantities(amount, '0') < 0) {
    errors.push(invalid(at, amount, 'must be greater than or equal to 0'));
  }
  if (isWholeNumberResource(name) && parseQuantity(amount).nanos % 10n ** 9n !== 0n) {
    errors.push(invalid(at, amount, 'must be an integer'));
  }
  return errors;
}

function scopesOf(object: KubeObject): string[] {
  const { spec }: ResourceQuota = object;
  return spec?.scopes ?? [];
}
