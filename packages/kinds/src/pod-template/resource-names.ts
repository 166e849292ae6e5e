import { checkQualifiedName, type FieldError, type FieldPath, invalid } from '@berth/machinery';
import { invalidFor } from './field-checks.ts';

const containerResources = new Set(['cpu', 'memory', 'ephemeral-storage']);
const standardResources = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'storage',
  'requests.storage',
  'services.nodeports',
  'services.loadbalancers',
]);
const countedResources = new Set([
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'configmaps',
  'persistentvolumeclaims',
  'services.nodeports',
  'services.loadbalancers',
]);

export function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** Of Kubernetes itself: without a domain, or of its own one. */
function isNativeResource(name: string): boolean {
  return !name.includes('/') || name.includes('kubernetes.io/');
}

/** More of it may be limited than is requested. */
export function isOvercommitAllowed(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** A device or the like, under the domain of who offers it. */
export function isExtendedResource(name: string): boolean {
  if (isNativeResource(name) || name.startsWith('requests.')) return false;
  return checkQualifiedName(`requests.${name}`).length === 0;
}

export function isWholeNumberResource(name: string): boolean {
  return countedResources.has(name) || isExtendedResource(name);
}

/** What a whole pod may request and limit. */
export function isPodLevelResource(name: string): boolean {
  return name === 'cpu' || name === 'memory' || isHugePages(name);
}

export function validateContainerResourceName(name: string, at: FieldPath): FieldError[] {
  const errors = validateResourceName(name, at);
  if (!name.includes('/')) {
    if (containerResources.has(name) || isHugePages(name)) return errors;
    return [...errors, invalid(at, name, 'must be a standard resource for containers')];
  }
  if (isNativeResource(name) || isExtendedResource(name)) return errors;
  return [...errors, invalid(at, name, "doesn't follow extended resource name standard")];
}

export function validateResourceName(name: string, at: FieldPath): FieldError[] {
  const errors = invalidFor({ at, value: name }, checkQualifiedName(name));
  if (errors.length > 0 || name.includes('/') || standardResources.has(name)) return errors;
  if (isHugePages(name) || name.startsWith('requests.hugepages-')) return errors;
  return [invalid(at, name, 'must be a standard resource type or fully qualified')];
}
