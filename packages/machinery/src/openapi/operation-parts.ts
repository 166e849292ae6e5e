import type { OpenApiResource } from './served-resource.ts';

export type HttpMethod = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Method {
  readonly method: HttpMethod;
  readonly action: string;
  /** Continued by the kind. */
  readonly description: string;
  /** What the operation's id begins with. */
  readonly idPrefix: string;
}

const methods: Readonly<Record<string, Method>> = {
  get: { method: 'get', action: 'get', description: 'read the specified', idPrefix: 'read' },
  list: { method: 'get', action: 'list', description: 'list or watch objects of kind', idPrefix: 'list' },
  create: { method: 'post', action: 'post', description: 'create a', idPrefix: 'create' },
  update: { method: 'put', action: 'put', description: 'replace the specified', idPrefix: 'replace' },
  patch: {
    method: 'patch',
    action: 'patch',
    description: 'partially update the specified',
    idPrefix: 'patch',
  },
  delete: { method: 'delete', action: 'delete', description: 'delete a', idPrefix: 'delete' },
  deletecollection: {
    method: 'delete',
    action: 'deletecollection',
    description: 'delete collection of',
    idPrefix: 'delete',
  },
};

/** Whether a verb has an HTTP method of its own: a watch is a list. */
export function hasMethod(verb: string): boolean {
  return methods[verb] !== undefined;
}

/** The HTTP method of an API verb. */
export function methodOf(verb: string): Method {
  const method = methods[verb];
  if (!method) throw new Error(`verb ${verb} has no HTTP method of its own`);
  return method;
}

export interface OperationPlace {
  readonly allNamespaces?: boolean;
  readonly subresource?: string;
}

/** As upstream names operations, and with them the methods of generated clients: `readCoreV1NamespacedPodStatus`. */
export function operationId(resource: OpenApiResource, verb: string, place: OperationPlace): string {
  const groupVersion = `${capitalize(groupLabel(resource.group))}${capitalize(resource.version)}`;
  const collection = verb === 'deletecollection' ? 'Collection' : '';
  const isNamespaced = resource.namespaced && place.allNamespaces !== true;
  const scope = `${collection}${isNamespaced ? 'Namespaced' : ''}`;
  const suffix = place.allNamespaces ? 'ForAllNamespaces' : capitalize(place.subresource ?? '');
  return `${methodOf(verb).idPrefix}${groupVersion}${scope}${resource.kind}${suffix}`;
}

/** `rbac.authorization.k8s.io` → `rbacAuthorization` */
export function groupLabel(group: string): string {
  const [first = '', ...rest] = (group || 'core').replace(/\.k8s\.io$/, '').split('.');
  return `${first}${rest.map(capitalize).join('')}`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Types of the parameters, by name. All are query parameters but the first three. */
export const parameterTypes = {
  name: 'string',
  namespace: 'string',
  pretty: 'string',
  allowWatchBookmarks: 'boolean',
  continue: 'string',
  dryRun: 'string',
  fieldManager: 'string',
  fieldSelector: 'string',
  fieldValidation: 'string',
  force: 'boolean',
  gracePeriodSeconds: 'integer',
  ignoreStoreReadErrorWithClusterBreakingPotential: 'boolean',
  labelSelector: 'string',
  limit: 'integer',
  orphanDependents: 'boolean',
  propagationPolicy: 'string',
  resourceVersion: 'string',
  resourceVersionMatch: 'string',
  sendInitialEvents: 'boolean',
  timeoutSeconds: 'integer',
  watch: 'boolean',
} as const;

export type ParameterName = keyof typeof parameterTypes;

/** Whether a parameter stands in the path. */
export function isPathParameter(name: ParameterName): boolean {
  return name === 'name' || name === 'namespace';
}

const listParameters: readonly ParameterName[] = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const writeParameters: readonly ParameterName[] = ['dryRun', 'fieldManager', 'fieldValidation'];
const deleteParameters: readonly ParameterName[] = [
  'dryRun',
  'gracePeriodSeconds',
  'ignoreStoreReadErrorWithClusterBreakingPotential',
  'orphanDependents',
  'propagationPolicy',
];
const deleteCollectionParameters = listParameters.filter(
  (name) => name !== 'allowWatchBookmarks' && name !== 'watch',
);

const parametersByVerb: Readonly<Record<string, readonly ParameterName[]>> = {
  list: listParameters,
  create: writeParameters,
  update: writeParameters,
  patch: [...writeParameters, 'force'],
  delete: deleteParameters,
  deletecollection: [...new Set([...deleteParameters, ...deleteCollectionParameters])].toSorted(),
};

/** The query parameters that a verb takes, beside `pretty`. */
export function parametersOf(verb: string): readonly ParameterName[] {
  return parametersByVerb[verb] ?? [];
}
