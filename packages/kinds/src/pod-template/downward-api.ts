import {
  checkQualifiedName,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '@berth/machinery';
import type { ObjectFieldSelector, ResourceFieldSelector } from '../generated/api-types.ts';
import { invalidFor } from './field-checks.ts';

/** Every field of a pod that selectors know, wherever they stand. */
const fieldLabels = new Set([
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.serviceAccountName',
  'spec.schedulerName',
  'status.phase',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);

/** `supported` are the fields that may stand at this place. Labels and annotations also with a key: `metadata.labels['app']`. */
export function validateFieldSelector(
  selector: ObjectFieldSelector,
  at: FieldPath,
  supported: readonly string[],
): FieldError[] {
  if (!selector.apiVersion) return [required(at.child('apiVersion'))];
  if (!selector.fieldPath) return [required(at.child('fieldPath'))];
  const { path, key } = splitSubscript(selector.fieldPath);
  const problem = fieldPathProblem(selector.apiVersion, selector.fieldPath);
  if (problem !== undefined) {
    return [invalid(at.child('fieldPath'), selector.fieldPath, `error converting fieldPath: ${problem}`)];
  }
  if (key !== undefined) {
    const value = path === 'metadata.annotations' ? key.toLowerCase() : key;
    return invalidFor({ at, value }, checkQualifiedName(value));
  }
  // The name of the field before 1.0 is still understood.
  const label = path === 'spec.host' ? 'spec.nodeName' : path;
  return supported.includes(label) ? [] : [notSupported(at.child('fieldPath'), label, supported)];
}

function fieldPathProblem(apiVersion: string, fieldPath: string): string | undefined {
  if (apiVersion !== 'v1') return `unsupported pod version: ${apiVersion}`;
  const { path, key } = splitSubscript(fieldPath);
  if (key !== undefined) {
    const takesKey = path === 'metadata.annotations' || path === 'metadata.labels';
    return takesKey ? undefined : `field label does not support subscript: ${fieldPath}`;
  }
  return fieldLabels.has(path) || path === 'spec.host'
    ? undefined
    : `field label not supported: ${fieldPath}`;
}

function splitSubscript(fieldPath: string): { readonly path: string; readonly key?: string } {
  const match = /^([^[]+)\['(.*)'\]$/s.exec(fieldPath);
  const [, path, key] = match ?? [];
  return path === undefined || key === undefined ? { path: fieldPath } : { path, key };
}

const resourceFields = [
  'limits.cpu',
  'limits.ephemeral-storage',
  'limits.memory',
  'requests.cpu',
  'requests.ephemeral-storage',
  'requests.memory',
];
const hugePages = /^(?:limits|requests)\.hugepages-/;
const sizeDivisors = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** In a volume the container must be named; in a container's environment it is the container itself. */
export function validateResourceFieldSelector(
  selector: ResourceFieldSelector,
  at: FieldPath,
  { needsContainer }: { readonly needsContainer: boolean },
): FieldError[] {
  const resource = selector.resource ?? '';
  const errors: FieldError[] = [];
  if (needsContainer && !selector.containerName) errors.push(required(at.child('containerName')));
  else if (resource === '') errors.push(required(at.child('resource')));
  else if (!resourceFields.includes(resource) && !hugePages.test(resource)) {
    errors.push(notSupported(at.child('resource'), resource, resourceFields));
  }
  return [...errors, ...validateDivisor(resource, selector.divisor, at.child('divisor'))];
}

function validateDivisor(resource: string, divisor: string | undefined, at: FieldPath): FieldError[] {
  if (divisor === undefined || divisor === '0' || divisor === '') return [];
  if (/^(?:limits|requests)\.cpu$/.test(resource)) {
    const detail = "only divisor's values 1m and 1 are supported with the cpu resource";
    return divisor === '1m' || divisor === '1' ? [] : [invalid(at, resource, detail)];
  }
  const kind = divisorKind(resource);
  if (kind === undefined || sizeDivisors.includes(divisor)) return [];
  const detail = `only divisor's values ${sizeDivisors.join(', ')} are supported with the ${kind} resource`;
  return [invalid(at, resource, detail)];
}

function divisorKind(resource: string): string | undefined {
  if (/^(?:limits|requests)\.memory$/.test(resource)) return 'memory';
  if (/^(?:limits|requests)\.ephemeral-storage$/.test(resource)) return 'local ephemeral storage';
  if (hugePages.test(resource)) return 'hugepages';
  return undefined;
}
