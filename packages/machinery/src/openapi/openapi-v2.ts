import { patchContentTypes, responseContentTypes, watchContentTypes } from './content-types.ts';
import { buildDefinitions, dialectV2, refTo } from './definitions.ts';
import { kindsOfDefinitions, messagesOf } from './kinds-of-definitions.ts';
import type { OpenApiRequest } from './openapi-v3.ts';
import { isPathParameter, type ParameterName, parameterTypes } from './operation-parts.ts';
import { type Operation, pathsOf } from './operations.ts';

/** The OpenAPI v2 document of `/openapi/v2`, over all served group versions. */
export function openApiV2Document({ schema, resources }: OpenApiRequest): object {
  const paths = resources.flatMap((resource) => pathsOf(resource, schema));
  const bodies = paths.flatMap(({ operations }) => operations.map((operation) => operation.body?.message));
  const messages = [...messagesOf(resources), ...bodies].filter(
    (message): message is string => message !== undefined && schema[message] !== undefined,
  );
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(
      paths.map((item) => [
        item.path,
        {
          ...Object.fromEntries(
            item.operations.map((operation) => [operation.method, renderOperation(operation)]),
          ),
          parameters: [...item.parameters, 'pretty' as const].map(parameter),
        },
      ]),
    ),
    definitions: buildDefinitions({
      schema,
      dialect: dialectV2,
      messages,
      kindsOf: kindsOfDefinitions(resources),
    }),
    securityDefinitions: {
      BearerToken: {
        description: 'Bearer Token authentication',
        in: 'header',
        name: 'authorization',
        type: 'apiKey',
      },
    },
    security: [{ BearerToken: [] }],
  };
}

function parameter(name: ParameterName): object {
  const isInPath = isPathParameter(name);
  return {
    in: isInPath ? 'path' : 'query',
    name,
    ...(isInPath && { required: true }),
    type: parameterTypes[name],
    uniqueItems: true,
  };
}

const descriptions: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted' };

function renderOperation(operation: Operation): object {
  const { body } = operation;
  const bodyParameter = body && {
    in: 'body',
    name: 'body',
    ...(body.required && { required: true }),
    schema: refTo(body.message, dialectV2),
  };
  const parameters = [...(bodyParameter ? [bodyParameter] : []), ...operation.parameters.map(parameter)];
  const responses = [...operation.responses].map(([code, message]) => [
    code,
    { description: descriptions[code], schema: message ? refTo(message, dialectV2) : { type: 'string' } },
  ]);
  return {
    consumes: operation.action === 'patch' ? patchContentTypes : ['*/*'],
    description: operation.description,
    operationId: operation.operationId,
    ...(parameters.length > 0 && { parameters }),
    produces: operation.watches ? [...responseContentTypes, ...watchContentTypes] : responseContentTypes,
    responses: { ...Object.fromEntries(responses), 401: { description: 'Unauthorized' } },
    schemes: ['https'],
    tags: [operation.tag],
    'x-kubernetes-action': operation.action,
    'x-kubernetes-group-version-kind': operation.kind,
  };
}
