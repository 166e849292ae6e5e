import { listOptionsOf } from '../request/list-options.ts';
import { negotiate, type Projection } from '../respond/negotiate.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { streamBody } from '../respond/stream-body.ts';
import { createEventEncoder } from '../watch/event-encoder.ts';
import { watchStream } from '../watch/watch-stream.ts';
import { requireReached } from './get.ts';

const projections: readonly Projection['kind'][] = ['Table', 'PartialObjectMetadata'];
/** As kube-apiserver's default: a watch without `timeoutSeconds` ends after half an hour to an hour. */
const minTimeoutSeconds = 1800;

/** `GET` of a collection with `watch=true`: its changes, as lines of JSON, until its time is up. */
export async function watchObjects(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const output = negotiate(c.req.header('accept'), { projections });
  const options = listOptionsOf(c, scope);
  await requireReached(scope, options.resourceVersion);
  const encoder = createEventEncoder(request, output.as);
  // As upstream: zero is no timeout of the client's.
  const timeoutSeconds = options.timeoutSeconds || minTimeoutSeconds * (1 + Math.random());
  return streamBody(c, {
    contentType: 'application/json',
    endAfterMs: timeoutSeconds * 1000,
    closing: deps.closing,
    chunks: (signal) => watchStream({ scope, options, encoder, signal, pace: c.get('pace') }),
  });
}
