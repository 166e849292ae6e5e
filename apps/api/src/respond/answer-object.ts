import { type KubeObject, partialObjectMetadata } from '@berth/machinery';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { decodeStored, fromStorage, renderStored, type StoredState } from '../objects/versions.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { negotiate, type Output, type Projection } from './negotiate.ts';
import { send } from './send.ts';
import { includeObjectOf, tableJson } from './table-json.ts';

const projections: readonly Projection['kind'][] = ['Table', 'PartialObjectMetadata'];

/** How the request wants one object. Asked before anything is done, so that a 406 has no effects. */
export function negotiateObject({ c }: Pick<ResourceRequest, 'c'>): Output {
  return negotiate(c.req.header('accept'), { projections });
}

export interface ObjectAnswer {
  readonly output: Output;
  readonly status?: ContentfulStatusCode;
}

/** Answers with a stored object, in the version of the request. */
export async function answerStored(
  request: ResourceRequest,
  state: StoredState,
  { output, status = 200 }: ObjectAnswer,
): Promise<Response> {
  const { scope } = request;
  const json =
    output.as === undefined
      ? renderStored(scope, state)
      : project(request, decodeStored(scope, state), output.as);
  return send(request.c, { format: output.format, status, json });
}

/** Answers with an object of the storage version that is not stored, as a dry run makes one. */
export async function answerUnstored(
  request: ResourceRequest,
  object: KubeObject,
  { output, status = 200 }: ObjectAnswer,
): Promise<Response> {
  const json =
    output.as === undefined
      ? JSON.stringify(fromStorage(request.scope, object))
      : project(request, object, output.as);
  return send(request.c, { format: output.format, status, json });
}

function project(request: ResourceRequest, object: KubeObject, as: Projection): string {
  if (as.kind !== 'Table') return JSON.stringify(partialObjectMetadata(object, `meta.k8s.io/${as.version}`));
  return tableJson(request, {
    objects: [object],
    metadata: resourceVersionOf(object),
    version: as.version,
    includeObject: includeObjectOf(request),
  });
}

function resourceVersionOf({ metadata }: KubeObject) {
  return metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion };
}
