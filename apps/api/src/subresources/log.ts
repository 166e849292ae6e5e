import type { IncomingMessage } from 'node:http';
import type { Pod } from '@berth/kinds';
import { badRequestError, internalError, notFoundError, StatusError } from '@berth/machinery';
import { decodeStored } from '../objects/versions.ts';
import { agentEndpoint } from '../node-agent/agent-endpoint.ts';
import { requestAgent } from '../node-agent/agent-request.ts';
import { agentToken } from '../node-agent/agent-token.ts';
import { streamBody } from '../respond/stream-body.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';
import { logContainer, logQuery } from './log-options.ts';

/** `GET …/log`: a container's log, from the agent of the node that runs the pod. */
export async function getLog(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const stored = await scope.home.get(keyOf(scope));
  if (stored === undefined) throw notFoundError(scope.groupResource, scope.name);
  // The subresource exists for pods alone.
  const pod: Pod = decodeStored(scope, stored);
  const query = logQuery(c.req.query(), scope.name);
  const container = logContainer(pod, c.req.query('container'));
  const nodeName = pod.spec?.nodeName;
  // As upstream: a pod that nobody runs yet has said nothing.
  if (!nodeName) return c.body(null, 204);

  if ((await deps.tenants.ofCluster(scope.attributes.clusterId))?.ownNodes) {
    throw badRequestError(`node ${JSON.stringify(nodeName)} is the cluster's own; ask it for the log`);
  }

  const gone = new AbortController();
  const url = await agentEndpoint(deps.store, nodeName);
  url.pathname = `/clusters/${[scope.attributes.clusterId, 'containerLogs', scope.namespace, scope.name, container].map(encodeURIComponent).join('/')}`;
  url.search = query.toString();
  const answer = await requestAgent({
    url,
    token: await agentToken(deps, nodeName),
    signal: gone.signal,
    ca: deps.clusterCa,
  });
  if (answer.statusCode !== 200) throw await agentError(answer);
  return streamBody(c, {
    contentType: 'text/plain',
    closing: deps.closing,
    chunks: (signal) => relayed(answer, gone, signal),
  });
}

async function* relayed(
  answer: IncomingMessage,
  gone: AbortController,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const hangUp = () => gone.abort();
  signal.addEventListener('abort', hangUp, { once: true });
  try {
    const chunks: AsyncIterable<Buffer> = answer;
    yield* chunks;
  } catch (error) {
    // The client left, or the node went away in the middle: either way there is no more to say.
    if (!signal.aborted && !isCutOff(error)) throw error;
  } finally {
    signal.removeEventListener('abort', hangUp);
    gone.abort();
  }
}

function isCutOff(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET';
}

/** The agent's own words: it knows why there is no log. */
async function agentError(answer: IncomingMessage): Promise<StatusError> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString().trim();
  const message = statusMessage(text) ?? text;
  if (answer.statusCode === 400) return badRequestError(message);
  if (answer.statusCode === 404) return new StatusError('NotFound', message, { details: {} });
  return internalError(message === '' ? `the node's agent answered ${answer.statusCode}` : message);
}

function statusMessage(text: string): string | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    const isStatus = typeof parsed === 'object' && parsed !== null && 'message' in parsed;
    return isStatus && typeof parsed.message === 'string' ? parsed.message : undefined;
  } catch {
    return undefined;
  }
}
