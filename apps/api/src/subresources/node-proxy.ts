import { systemClusterId } from '@berth/auth';
import { badRequestError, internalError, notFoundError, pageNotFoundError } from '@berth/machinery';
import { agentEndpoint } from '../node-agent/agent-endpoint.ts';
import { requestAgent } from '../node-agent/agent-request.ts';
import { agentToken } from '../node-agent/agent-token.ts';
import type { ResourceRequest } from '../route/resource-request.ts';
import { keyOf } from '../route/resource-scope.ts';

/** What of an agent's API is passed on. Each tells a cluster of its own pods alone. */
const passedOn: readonly string[] = ['stats/summary', 'metrics/resource'];
const answerDeadlineMs = 30_000;

/**
 * `GET /api/v1/nodes/<node>/proxy/…`: the kubelet's stats, from the node's agent. Without a path: which there are.
 *
 * @throws StatusError `NotFound` for other paths, `BadRequest` for a node of the cluster's own
 */
export async function getNodeProxy(request: ResourceRequest): Promise<Response> {
  const { c, deps, scope } = request;
  const { clusterId } = scope.attributes;
  const [, path = ''] = /\/proxy\/(.+)$/.exec(c.req.path) ?? [];
  if (path !== '' && !passedOn.includes(path)) throw pageNotFoundError();
  const node = JSON.stringify(scope.name);
  if (clusterId !== systemClusterId && (await deps.tenants.ofCluster(clusterId))?.ownNodes) {
    throw badRequestError(`node ${node} is the cluster's own; ask it for its stats`);
  }
  const stored = await scope.home.get(keyOf(scope));
  if (stored === undefined) throw notFoundError(scope.groupResource, scope.name);
  if (path === '') return c.text(`${passedOn.join('\n')}\n`);
  const url = await agentEndpoint(deps.store, scope.name);
  url.pathname = `/clusters/${encodeURIComponent(clusterId)}/nodes/${encodeURIComponent(scope.name)}/${path}`;
  const answer = await requestAgent({
    url,
    token: await agentToken(deps, scope.name),
    signal: AbortSignal.timeout(answerDeadlineMs),
    ca: deps.clusterCa,
  });
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  if (answer.statusCode !== 200)
    throw internalError(`the agent of node ${node} answered ${answer.statusCode}`);
  const contentType = answer.headers['content-type'] ?? 'text/plain';
  return c.body(Buffer.concat(chunks).toString(), 200, { 'Content-Type': contentType });
}
