import { notFoundError, resourceVersionTooLargeError } from '@berth/machinery';
import { bodyFormOf } from '../objects/body-form.ts';
import { decodeStored } from '../objects/versions.ts';
import { answerStored, answerUnstored, negotiateObject } from '../respond/answer-object.ts';
import { parseResourceVersion } from '../request/resource-version.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf, type ResourceScope } from '../route/resource-scope.ts';

/** `GET` of one object, and of its subresources whose body is the object itself or a form of it. */
export async function getObject(request: ResourceRequest): Promise<Response> {
  const { c, scope } = request;
  const output = negotiateObject(request);
  await requireReached(scope, parseResourceVersion(c.req.query('resourceVersion')));
  const found = await scope.home.get(keyOf(scope));
  const form = bodyFormOf(scope);
  if (found === undefined) throw notFoundError(form.scope.groupResource, scope.name);
  if (form.isObject) return answerStored(request, found, { output });
  return answerUnstored({ ...request, scope: form.scope }, form.show(decodeStored(scope, found)), { output });
}

/**
 * Reads are always as new as the newest write, so a `resourceVersion` only matters when it is not reached yet.
 *
 * @throws StatusError `Timeout`, as upstream after it has waited in vain
 */
export async function requireReached(scope: ResourceScope, atLeast: number | undefined): Promise<void> {
  if (atLeast === undefined || atLeast === 0) return;
  const head = await scope.cluster.head();
  if (atLeast > head) throw resourceVersionTooLargeError(atLeast, head);
}
