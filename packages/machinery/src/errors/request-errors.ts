import { formatGroupResource, type GroupResource, StatusError } from './status-error.ts';

/** The request itself is malformed. */
export function badRequestError(message: string, cause?: unknown): StatusError {
  return new StatusError('BadRequest', message, cause === undefined ? {} : { cause });
}

/** No credentials, or none that hold. Says no more than that. */
export function unauthorizedError(message = 'Unauthorized'): StatusError {
  return new StatusError('Unauthorized', message);
}

/** A path that leads nowhere: an unknown group, version, resource or subresource. */
export function pageNotFoundError(): StatusError {
  return new StatusError('NotFound', 'the server could not find the requested resource', { details: {} });
}

/** A verb that the resource does not have. */
export function methodNotAllowedError(resource: GroupResource, action: string): StatusError {
  const message = `${action} is not supported on resources of kind "${formatGroupResource(resource)}"`;
  const details = { ...(resource.group !== '' && { group: resource.group }), kind: resource.resource };
  return new StatusError('MethodNotAllowed', message, { details });
}

/** No representation that the `Accept` header allows. */
export function notAcceptableError(acceptedMediaTypes: readonly string[]): StatusError {
  const message = `only the following media types are accepted: ${acceptedMediaTypes.join(', ')}`;
  return new StatusError('NotAcceptable', message);
}

/** A request body of a media type that is not understood. */
export function unsupportedMediaTypeError(acceptedMediaTypes: readonly string[]): StatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${acceptedMediaTypes.join(', ')}`;
  return new StatusError('UnsupportedMediaType', message);
}

/** @param explanation e.g. `limit is 3145728` */
export function requestEntityTooLargeError(explanation: string): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: ${explanation}`);
}

/** A version or token that retention has dropped: `The resourceVersion for the provided watch is too old.` */
export function goneError(message: string): StatusError {
  return new StatusError('Gone', message);
}

/** A watch from a revision that retention has dropped. */
export function watchExpiredError(): StatusError {
  return new StatusError('Expired', 'The resourceVersion for the provided watch is too old.');
}

/** A list at a revision that retention has dropped. */
export function listExpiredError(): StatusError {
  return new StatusError('Expired', 'The resourceVersion for the provided list is too old.');
}

/**
 * A continue token whose revision retention has dropped.
 *
 * @param inconsistentContinue a fresh token that goes on at the same place in the newest state.
 */
export function continueExpiredError(inconsistentContinue?: string): StatusError {
  const tooOld = 'The provided continue parameter is too old to display a consistent list result.';
  const restart = 'You can start a new list without the continue parameter';
  if (inconsistentContinue === undefined) return new StatusError('Expired', `${tooOld} ${restart}.`);
  const orGoOn =
    'or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  return new StatusError('Expired', `${tooOld} ${restart}, ${orGoOn}`, {
    continueToken: inconsistentContinue,
  });
}

/** A `resourceVersion` that the cluster has not reached yet. The client may retry after a second. */
export function resourceVersionTooLargeError(requested: number, current: number): StatusError {
  const cause = { reason: 'ResourceVersionTooLarge', message: 'Too large resource version' };
  return new StatusError(
    'Timeout',
    `Timeout: Too large resource version: ${requested}, current: ${current}`,
    {
      details: { causes: [cause], retryAfterSeconds: 1 },
    },
  );
}

/** The request was not done in time; it may still be done. */
export function timeoutError(explanation: string, retryAfterSeconds = 0): StatusError {
  const details = retryAfterSeconds > 0 ? { retryAfterSeconds } : {};
  return new StatusError('Timeout', `Timeout: ${explanation}`, { details });
}

/** Over the budget of requests. */
export function tooManyRequestsError(message: string, retryAfterSeconds: number): StatusError {
  return new StatusError('TooManyRequests', message, { details: { retryAfterSeconds } });
}

/** @param explanation safe to show; what only an operator may see goes into `cause`. */
export function internalError(explanation: string, cause?: unknown): StatusError {
  return new StatusError('InternalError', `Internal error occurred: ${explanation}`, {
    details: { causes: [{ message: explanation }] },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Something that the request needs is not reachable now. */
export function serviceUnavailableError(message: string, cause?: unknown): StatusError {
  return new StatusError('ServiceUnavailable', message, cause === undefined ? {} : { cause });
}

/** A transient failure of one operation on a resource; the client may try again. */
export function serverTimeoutError(
  resource: GroupResource,
  operation: string,
  retryAfterSeconds: number,
): StatusError {
  const message = `The ${operation} operation against ${formatGroupResource(resource)} could not be completed at this time, please try again.`;
  return new StatusError('ServerTimeout', message, {
    details: {
      name: operation,
      ...(resource.group !== '' && { group: resource.group }),
      kind: resource.resource,
      ...(retryAfterSeconds > 0 && { retryAfterSeconds }),
    },
  });
}
