import { KubeConfig } from '@kubernetes/client-node';
import { type Dispatcher, Pool } from 'undici';

/** An object as a test reads and writes it: whatever the server sends. */
// oxlint-disable-next-line typescript/no-explicit-any -- a conformance test asserts on whatever comes
export type KubeJson = any;

/** Which object or collection. `resource` is the plural name, one of {@link versions}. */
export interface Target {
  readonly resource: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly subresource?: string;
  /** `labelSelector`, `fieldSelector`, `dryRun`, `resourceVersion`, … */
  readonly query?: Readonly<Record<string, string>>;
}

/** Where the resources that are tested are served. */
const versions: Readonly<Record<string, string>> = {
  controllerrevisions: 'apis/apps/v1',
  cronjobs: 'apis/batch/v1',
  daemonsets: 'apis/apps/v1',
  deployments: 'apis/apps/v1',
  endpointslices: 'apis/discovery.k8s.io/v1',
  jobs: 'apis/batch/v1',
  poddisruptionbudgets: 'apis/policy/v1',
  priorityclasses: 'apis/scheduling.k8s.io/v1',
  replicasets: 'apis/apps/v1',
  runtimeclasses: 'apis/node.k8s.io/v1',
  statefulsets: 'apis/apps/v1',
};

export type PatchType = 'merge' | 'strategic-merge' | 'json';

/** What the server refused, with its `Status`. */
export class RefusedError extends Error {
  readonly code: number;
  readonly status: KubeJson;

  constructor(request: string, code: number, status: KubeJson) {
    super(`${request}: ${code} ${status?.message ?? JSON.stringify(status)}`);
    this.code = code;
    this.status = status;
  }
}

export interface WatchEvent {
  readonly type: string;
  readonly object: KubeJson;
}

/** A Kubernetes API, spoken to as plain REST. Every method throws a {@link RefusedError} unless the answer is 2xx. */
export interface Kube {
  get(target: Target): Promise<KubeJson>;
  /** Items of a collection. */
  list(target: Target): Promise<readonly KubeJson[]>;
  /** `POST`; the target names the collection, or a subresource (`binding`, `eviction`). */
  create(target: Target, object: object): Promise<KubeJson>;
  replace(target: Target, object: object): Promise<KubeJson>;
  patch(target: Target, patch: object, type?: PatchType): Promise<KubeJson>;
  delete(target: Target, options?: object): Promise<KubeJson>;
  /** Events from now on, or from `query.resourceVersion`, until the signal aborts. */
  watch(target: Target, signal: AbortSignal, onEvent: (event: WatchEvent) => void): Promise<void>;
  close(): Promise<void>;
}

const contentTypes: Readonly<Record<PatchType, string>> = {
  merge: 'application/merge-patch+json',
  'strategic-merge': 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
};

/** Opens a context of any kubeconfig (default: its current one): CA, token, client certificate or credential plugin. */
export async function openKube(kubeconfig: string, context?: string): Promise<Kube> {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw new Error(`${kubeconfig} has no current context with a cluster`);
  const tls: Parameters<KubeConfig['applyToHTTPSOptions']>[0] = {};
  await config.applyToHTTPSOptions(tls);
  const { ca, cert, key, pfx, passphrase, servername } = tls;
  const server = new URL(cluster.server);
  const pool = new Pool(server.origin, {
    connections: 64,
    allowH2: false,
    bodyTimeout: 0,
    connect: {
      rejectUnauthorized: !cluster.skipTLSVerify,
      ...defined({ ca, cert, key, pfx, passphrase, servername }),
    },
  });
  const headers = { accept: 'application/json', ...credentials(tls.headers) };
  const pathOf = (target: Target): string => `${server.pathname.replace(/\/$/, '')}/${path(target)}`;

  const send = async (method: Dispatcher.HttpMethod, target: Target, sent?: Sent): Promise<KubeJson> => {
    const answer = await pool.request({
      method,
      path: pathOf(target),
      headers: { ...headers, ...(sent && { 'content-type': sent.contentType }) },
      body: sent ? JSON.stringify(sent.body) : null,
    });
    const text = await answer.body.text();
    const body = parse(text);
    if (answer.statusCode >= 200 && answer.statusCode < 300) return body;
    throw new RefusedError(`${method} /${path(target)}`, answer.statusCode, body);
  };
  const json = (body: object): Sent => ({ body, contentType: 'application/json' });

  return {
    get: (target) => send('GET', target),
    list: async (target) => (await send('GET', target)).items,
    create: (target, object) => send('POST', target, json(object)),
    replace: (target, object) => send('PUT', target, json(object)),
    patch: (target, body, type = 'merge') => send('PATCH', target, { body, contentType: contentTypes[type] }),
    delete: (target, options = {}) => send('DELETE', target, json(options)),
    watch: async (target, signal, onEvent) => {
      const query = { ...target.query, watch: 'true' };
      try {
        const answer = await pool.request({
          method: 'GET',
          path: pathOf({ ...target, query }),
          headers,
          signal,
        });
        if (answer.statusCode !== 200)
          throw new RefusedError(`watch of ${target.resource}`, answer.statusCode, await answer.body.json());
        await eachLine(answer.body, (line) => onEvent(JSON.parse(line) as WatchEvent));
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    },
    close: () => pool.destroy(),
  };
}

interface Sent {
  readonly body: object;
  readonly contentType: string;
}

function path({ resource, namespace, name, subresource, query }: Target): string {
  const parts = [
    versions[resource] ?? 'api/v1',
    ...(namespace === undefined ? [] : ['namespaces', namespace]),
    resource,
    ...(name === undefined ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  const search = new URLSearchParams(query).toString();
  return parts.join('/') + (search === '' ? '' : `?${search}`);
}

function parse(text: string): KubeJson {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function eachLine(
  stream: Dispatcher.ResponseData['body'],
  onLine: (line: string) => void,
): Promise<void> {
  let rest = '';
  for await (const chunk of stream.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') onLine(line);
  }
}

function credentials(headers: unknown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function defined<T extends object>(options: T): Partial<T> {
  const entries = Object.entries(options).filter(([, value]) => value !== undefined);
  // The same members with the same values, without those that are absent.
  return Object.fromEntries(entries) as Partial<T>;
}
