import type { SchemaTable } from '../schema-table.ts';
import { buildDefinitions, dialectV3, refTo } from './definitions.ts';
import { kindsOfDefinitions, messagesOf } from './kinds-of-definitions.ts';
import { isPathParameter, type ParameterName, parameterTypes } from './operation-parts.ts';
import { type Operation, pathsOf } from './operations.ts';
import { patchContentTypes, responseContentTypes, watchContentTypes } from './content-types.ts';
import type { OpenApiResource } from './served-resource.ts';

export interface OpenApiRequest {
  readonly schema: SchemaTable;
  /** All that is served; {@link openApiV3Document} takes those of its group version. */
  readonly resources: readonly OpenApiResource[];
}

/**
 * The OpenAPI v3 document of one group version.
 *
 * @param groupVersion `v1`, `apps/v1`
 */
export function openApiV3Document(groupVersion: string, { schema, resources }: OpenApiRequest): object {
  const own = resources.filter(
    ({ group, version }) => (group === '' ? version : `${group}/${version}`) === groupVersion,
  );
  const paths = own.flatMap((resource) => pathsOf(resource, schema));
  const messages = [
    ...messagesOf(own),
    ...paths.flatMap(({ operations }) =>
      operations.flatMap((operation) => [...operation.responses.values(), operation.body?.message]),
    ),
  ].filter((message): message is string => message !== undefined && schema[message] !== undefined);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(
      paths.map((item) => [
        item.path,
        {
          parameters: [...item.parameters, 'pretty' as const].map(parameter),
          ...Object.fromEntries(
            item.operations.map((operation) => [operation.method, renderOperation(operation)]),
          ),
        },
      ]),
    ),
    components: {
      schemas: buildDefinitions({
        schema,
        dialect: dialectV3,
        messages,
        kindsOf: kindsOfDefinitions(resources),
      }),
      securitySchemes: {
        BearerToken: {
          type: 'apiKey',
          description: 'Bearer Token authentication',
          name: 'authorization',
          in: 'header',
        },
      },
    },
    security: [{ BearerToken: [] }],
  };
}

/**
 * The document of `/openapi/v3`: where each group version's document is, under a hash that clients cache by.
 *
 * @param hashes content hash by path, e.g. `api/v1` or `apis/apps/v1`.
 */
export function openApiV3Index(hashes: ReadonlyMap<string, string>, pathPrefix = ''): object {
  return {
    paths: Object.fromEntries(
      [...hashes].map(([path, hash]) => [
        path,
        { serverRelativeURL: `${pathPrefix}/openapi/v3/${path}?hash=${encodeURIComponent(hash)}` },
      ]),
    ),
  };
}

function parameter(name: ParameterName): object {
  const isInPath = isPathParameter(name);
  return {
    name,
    in: isInPath ? 'path' : 'query',
    ...(isInPath && { required: true }),
    schema: { type: parameterTypes[name], uniqueItems: true },
  };
}

function renderOperation(operation: Operation): object {
  return {
    tags: [operation.tag],
    description: operation.description,
    operationId: operation.operationId,
    ...(operation.parameters.length > 0 && { parameters: operation.parameters.map(parameter) }),
    ...(operation.body && { requestBody: requestBody(operation, operation.body) }),
    responses: {
      ...Object.fromEntries(
        [...operation.responses].map(([code, message]) => [code, response(operation, code, message)]),
      ),
      401: { description: 'Unauthorized' },
    },
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}

function requestBody({ action }: Operation, body: NonNullable<Operation['body']>): object {
  const types = action === 'patch' ? patchContentTypes : ['*/*'];
  return {
    content: Object.fromEntries(types.map((type) => [type, { schema: refTo(body.message, dialectV3) }])),
    ...(body.required && { required: true }),
  };
}

const descriptions: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function response(operation: Operation, code: number, message: string | undefined): object {
  const types = operation.watches ? [...responseContentTypes, ...watchContentTypes] : responseContentTypes;
  const content = message
    ? Object.fromEntries(types.map((type) => [type, { schema: refTo(message, dialectV3) }]))
    : { 'text/plain': { schema: { type: 'string' } } };
  return { description: descriptions[code], content };
}
