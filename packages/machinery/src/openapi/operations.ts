import type { SchemaTable } from '../schema-table.ts';
import { metaMessages } from './definition-name.ts';
import type { GroupVersionKind } from './definitions.ts';
import {
  groupLabel,
  type HttpMethod,
  hasMethod,
  methodOf,
  operationId,
  parametersOf,
  type ParameterName,
} from './operation-parts.ts';
import type { OpenApiResource, OpenApiSubresource } from './served-resource.ts';

/** One operation, in neither version of OpenAPI yet. */
export interface Operation {
  readonly method: HttpMethod;
  readonly description: string;
  readonly operationId: string;
  /** e.g. `apps_v1` */
  readonly tag: string;
  /** `x-kubernetes-action` */
  readonly action: string;
  readonly kind: GroupVersionKind;
  readonly parameters: readonly ParameterName[];
  /** Message of the request's body. */
  readonly body?: { readonly message: string; readonly required: boolean };
  /** Message of the answer by status code; `undefined` for plain text. */
  readonly responses: ReadonlyMap<number, string | undefined>;
  /** Answers may be streams of watch events. */
  readonly watches: boolean;
}

export interface PathItem {
  readonly path: string;
  readonly parameters: readonly ParameterName[];
  readonly operations: readonly Operation[];
}

/** The paths under which a resource is served. */
export function pathsOf(resource: OpenApiResource, schema: SchemaTable): readonly PathItem[] {
  const context: Context = { resource, schema };
  const { collection, everywhere, item } = locate(resource);
  const pathParameters: readonly ParameterName[] = resource.namespaced ? ['namespace'] : [];
  const paths: PathItem[] = [
    {
      path: collection,
      parameters: pathParameters,
      operations: verbsOf(context, ['list', 'create', 'deletecollection']),
    },
    {
      path: item,
      parameters: ['name', ...pathParameters],
      operations: verbsOf(context, ['get', 'update', 'delete', 'patch']),
    },
    ...resource.subresources.map((subresource) => ({
      path: `${item}/${subresource.name}`,
      parameters: ['name', ...pathParameters] as const,
      operations: subresourceOperations(context, subresource),
    })),
  ];
  if (resource.namespaced && resource.verbs.includes('list')) {
    paths.push({
      path: everywhere,
      parameters: [],
      operations: [operation(context, 'list', { allNamespaces: true })],
    });
  }
  return paths.filter(({ operations }) => operations.length > 0);
}

function locate(resource: OpenApiResource) {
  const { group, version } = resource;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const everywhere = `${root}/${resource.plural}`;
  const collection = resource.namespaced ? `${root}/namespaces/{namespace}/${resource.plural}` : everywhere;
  return { everywhere, collection, item: `${collection}/{name}` };
}

interface Context {
  readonly resource: OpenApiResource;
  readonly schema: SchemaTable;
}

function verbsOf(context: Context, verbs: readonly string[]): readonly Operation[] {
  return verbs
    .filter((verb) => context.resource.verbs.includes(verb))
    .map((verb) => operation(context, verb, {}));
}

function operation(
  context: Context,
  verb: string,
  { allNamespaces }: { allNamespaces?: boolean },
): Operation {
  const { resource, schema } = context;
  const listMessage = `${resource.message}List`;
  const answer = verb === 'list' && schema[listMessage] ? listMessage : resource.message;
  return {
    ...commonParts(resource, verb),
    operationId: operationId(resource, verb, { allNamespaces: allNamespaces === true }),
    kind: { group: resource.group, kind: resource.kind, version: resource.version },
    parameters: parametersOf(verb),
    ...bodyOf(verb, resource.message),
    responses: responsesOf(verb, answer),
    watches: verb === 'list' && resource.verbs.includes('watch'),
  };
}

function subresourceOperations(context: Context, subresource: OpenApiSubresource): readonly Operation[] {
  return subresource.verbs.filter(hasMethod).map((verb) => subresourceOperation(context, subresource, verb));
}

function subresourceOperation(
  { resource, schema }: Context,
  subresource: OpenApiSubresource,
  verb: string,
): Operation {
  const kind = {
    group: subresource.group ?? resource.group,
    kind: subresource.kind ?? resource.kind,
    version: subresource.version ?? resource.version,
  };
  const message =
    subresource.message ?? (subresource.kind === undefined ? resource.message : messageOfKind(kind, schema));
  return {
    ...commonParts(resource, verb),
    operationId: operationId(resource, verb, { subresource: subresource.name }),
    kind,
    parameters: parametersOf(verb),
    ...(message !== undefined && bodyOf(verb, message)),
    // Logs and other connections answer with text.
    responses: responsesOf(verb, subresource.name === 'log' ? undefined : message),
    watches: false,
  };
}

/** Messages of Kubernetes' own kinds stand under the first part of their group's name. */
function messageOfKind({ group, kind, version }: GroupVersionKind, schema: SchemaTable): string | undefined {
  const message = `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`;
  return schema[message] ? message : undefined;
}

function commonParts(resource: OpenApiResource, verb: string) {
  const { method, action, description } = methodOf(verb);
  const tag = `${groupLabel(resource.group)}_${resource.version}`;
  return { method, action, description: `${description} ${resource.kind}`, tag };
}

function bodyOf(verb: string, message: string): Pick<Operation, 'body'> {
  switch (verb) {
    case 'create':
    case 'update':
      return { body: { message, required: true } };
    case 'patch':
      return { body: { message: metaMessages.patch, required: true } };
    case 'delete':
    case 'deletecollection':
      return { body: { message: metaMessages.deleteOptions, required: false } };
    default:
      return {};
  }
}

function responsesOf(verb: string, message: string | undefined): ReadonlyMap<number, string | undefined> {
  switch (verb) {
    case 'create':
      return new Map([200, 201, 202].map((code) => [code, message]));
    case 'update':
    case 'patch':
      return new Map([200, 201].map((code) => [code, message]));
    case 'delete':
      return new Map([200, 202].map((code) => [code, metaMessages.status]));
    case 'deletecollection':
      return new Map([[200, metaMessages.status]]);
    default:
      return new Map([[200, message]]);
  }
}
