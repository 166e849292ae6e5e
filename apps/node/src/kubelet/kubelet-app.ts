import { goQuote } from '@berth/machinery';
import { type Clock, RuntimeError } from '@berth/runtime';
import { type Context, Hono, type Next } from 'hono';
import { stream } from 'hono/streaming';
import type { Logger } from 'pino';
import type { NodePods } from '../pods/node-pods.ts';
import type { NodeStats } from '../stats/node-stats.ts';
import { resourceMetrics } from '../stats/resource-metrics.ts';
import { statsSummary } from '../stats/stats-summary.ts';
import { logUnavailable } from './log-availability.ts';
import { readLogQuery } from './log-query.ts';

export interface KubeletAppOptions {
  /** All nodes of this agent: a pod is on one of them. */
  readonly nodes: readonly NodePods[];
  readonly stats: readonly NodeStats[];
  readonly isApiServer: (token: string) => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * The kubelet's HTTP API, as far as it exists: `/healthz`, and below `/clusters/<cluster>`
 * `containerLogs/<namespace>/<pod>/<container>`, `nodes/<node>/stats/summary` and `nodes/<node>/metrics/resource`. Errors are plain
 * text, as the kubelet's.
 */
export function createKubeletApp(options: KubeletAppOptions): Hono {
  const app = new Hono();
  app.get('/healthz', (c) => c.text('ok'));
  app.use('/clusters/*', authenticated(options));
  app.get('/clusters/:cluster/containerLogs/:namespace/:pod/:container', (c) => containerLogs(c, options));
  app.get('/clusters/:cluster/nodes/:node/stats/summary', (c) =>
    measured(c, options, ({ node, pods }) => c.json(statsSummary(node, pods))),
  );
  app.get('/clusters/:cluster/nodes/:node/metrics/resource', (c) =>
    measured(c, options, ({ node, pods }) => {
      // https://prometheus.io/docs/instrumenting/exposition_formats/
      return c.text(resourceMetrics(node, pods), 200, { 'Content-Type': 'text/plain; version=0.0.4' });
    }),
  );
  app.onError((err, c) => {
    options.log.error({ err, path: c.req.path }, 'a request failed');
    return c.text('internal error', 500);
  });
  return app;
}

function authenticated({ isApiServer }: KubeletAppOptions) {
  return async (c: Context, next: Next): Promise<Response | undefined> => {
    const [, token] = /^Bearer (\S+)$/.exec(c.req.header('authorization') ?? '') ?? [];
    if (token === undefined || !(await isApiServer(token))) return c.text('Unauthorized', 401);
    await next();
    return undefined;
  };
}

async function measured(
  c: Context,
  { stats }: KubeletAppOptions,
  answer: (measured: Awaited<ReturnType<NodeStats['measure']>>) => Response,
): Promise<Response> {
  const { cluster = '', node: nodeName = '' } = c.req.param();
  const found = stats.find((each) => each.nodeName === nodeName);
  if (found === undefined) return c.text(`node ${goQuote(nodeName)} does not exist`, 404);
  return answer(await found.measure(cluster));
}

function containerLogs(c: Context, { nodes, clock, log }: KubeletAppOptions): Response | Promise<Response> {
  const { cluster = '', namespace = '', pod: podName = '', container = '' } = c.req.param();
  const read = readLogQuery(c.req.query(), clock.now());
  if (read.type === 'malformed') return c.text('{"message": "Unable to decode query."}', 400);
  if (read.type === 'invalid') return c.text('{"message": "Invalid request."}', 422);
  const found = findPod(nodes, { cluster, namespace, podName });
  if (found === undefined) return c.text(`pod ${goQuote(podName)} does not exist`, 404);
  const { node, uid } = found;
  const observation = node.runtime.observe(uid);
  if (observation !== undefined && !observation.containers.some(({ name }) => name === container)) {
    return c.text(`container ${goQuote(container)} not found in pod ${goQuote(podName)}`, 404);
  }
  const { previous } = read.query;
  const reason = logUnavailable(observation, podName, { container, previous });
  if (reason !== undefined) return c.text(reason, 400);

  const gone = new AbortController();
  let lines: AsyncIterable<Uint8Array>;
  try {
    lines = node.runtime.logs(uid, { container, ...read.query }, gone.signal);
  } catch (error) {
    if (error instanceof RuntimeError) return c.text(error.message, 400);
    throw error;
  }
  c.header('Content-Type', 'text/plain');
  return stream(
    c,
    async (body) => {
      body.onAbort(() => gone.abort());
      for await (const chunk of lines) await body.write(chunk);
    },
    (err) => {
      log.warn({ err, pod: podName }, 'a log broke off');
      return Promise.resolve();
    },
  );
}

function findPod(
  nodes: readonly NodePods[],
  {
    cluster,
    namespace,
    podName,
  }: { readonly cluster: string; readonly namespace: string; readonly podName: string },
): { readonly node: NodePods; readonly uid: string } | undefined {
  for (const node of nodes) {
    const worker = node.find(cluster, namespace, podName);
    if (worker !== undefined) return { node, uid: worker.identity.uid };
  }
  return undefined;
}
