import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EndpointSlice, Pod, PodCondition, PodStatus, Service } from '@berth/kinds';
import { generateSigningKey, mintToken, type SigningKey } from '@berth/auth';
import type { KubeObject } from '@berth/machinery';

const syncLine = '{"type":"SYNC","clusters":["default"]}\n';

/** One request as the API saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly contentType: string | undefined;
  readonly body: unknown;
}

/**
 * The API server as a node agent sees it: a remote peer over real HTTP, as small as the agent's use of it. Objects are
 * kept by path. Pods with `spec.nodeName` are fed to their node.
 */
export class FleetApi {
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #objects = new Map<string, KubeObject>();
  readonly #feeds = new Map<ServerResponse, string>();
  readonly #serviceFeeds = new Set<ServerResponse>();
  readonly #key: SigningKey;
  #serviceLines = syncLine;
  #revision = 0;
  #changed = new Set<() => void>();
  /** Every request is answered with 503, and feeds are cut. */
  #isDown = false;

  private constructor(key: SigningKey) {
    this.#key = key;
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<FleetApi> {
    const api = new FleetApi(await generateSigningKey());
    api.#server.listen(0, '127.0.0.1');
    await once(api.#server, 'listening');
    return api;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** A token as the API server sends one to agents. */
  agentToken(options: { audience?: string; clusterId?: string; username?: string } = {}): Promise<string> {
    return mintToken({
      clusterId: options.clusterId ?? 'system',
      issuer: this.url,
      subject: { username: options.username ?? 'system:apiserver', groups: ['system:authenticated'] },
      audience: [options.audience ?? 'berth-node:node-1'],
      key: this.#key,
      now: new Date(),
    });
  }

  setDown(isDown: boolean): void {
    this.#isDown = isDown;
    if (isDown) for (const feed of this.#feeds.keys()) feed.destroy();
  }

  get(path: string): KubeObject | undefined {
    return this.#objects.get(path);
  }

  pod(name: string): Pod | undefined {
    return this.get(podPath(name));
  }

  events(): Array<KubeObject & { reason: string; message: string; count: number }> {
    // Only agents write events here.
    return [...this.#objects.values()].filter(({ kind }) => kind === 'Event') as never;
  }

  put(path: string, object: KubeObject): void {
    this.#revision += 1;
    const metadata = {
      uid: `uid-${this.#revision}-${process.pid}`,
      ...object.metadata,
      resourceVersion: String(this.#revision),
    };
    this.#objects.set(path, { ...object, metadata });
    this.#announce(path);
  }

  putPod(pod: Pod): Pod {
    this.put(podPath(pod.metadata.name), pod);
    return this.pod(pod.metadata.name) ?? pod;
  }

  /** As a user's delete: with grace while an agent holds the pod. */
  deletePod(name: string, graceSeconds: number): void {
    const pod = this.pod(name);
    if (pod === undefined) return;
    const deletionTimestamp = new Date(Date.now() + graceSeconds * 1000).toISOString();
    this.putPod({
      ...pod,
      metadata: { ...pod.metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds },
    });
  }

  /** The Services of the cluster, and what is behind them; at first there are none. */
  tellServices(...objects: Array<EndpointSlice | Service>): void {
    const lines = objects.map((object) =>
      JSON.stringify({ type: 'SET', cluster: 'default', uid: object.metadata.uid, object }),
    );
    this.#serviceLines = [...lines, syncLine].join('\n');
    for (const feed of this.#serviceFeeds) feed.write(this.#serviceLines);
  }

  /** To agents that ask from now on, the Services are not told until `tellServices`. */
  withholdServices(): void {
    this.#serviceLines = '\n';
  }

  /** At once and without the agent, as a forced delete. */
  forget(name: string): void {
    this.#remove(podPath(name));
  }

  /** Takes any object away. */
  drop(path: string): void {
    this.#remove(path);
  }

  /** Waits for a condition on what the API holds. */
  async until<T>(what: () => T | undefined | false, deadlineMs = 15_000): Promise<T> {
    const signal = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const found = what();
      if (found !== undefined && found !== false) return found;
      if (signal.aborted)
        throw new Error(`not in ${deadlineMs} ms; the API holds ${JSON.stringify([...this.#objects])}`);
      await new Promise<void>((resolve) => {
        this.#changed.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  untilPod(name: string, holds: (status: PodStatus) => boolean): Promise<Pod> {
    return this.until(() => {
      const pod = this.pod(name);
      return pod?.status !== undefined && holds(pod.status) && pod;
    });
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.url);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const { method = 'GET' } = request;
    this.requests.push({ method, path: url.pathname, contentType: request.headers['content-type'], body });
    if (this.#isDown) {
      answer(response, 503, status(503, 'ServiceUnavailable', 'down'));
    } else if (url.pathname === '/clusters/system/openid/v1/jwks') {
      answer(response, 200, { keys: [this.#key.publicJwk] });
    } else if (request.headers.authorization !== 'Bearer node-token') {
      answer(response, 401, status(401, 'Unauthorized', 'Unauthorized'));
    } else if (/^\/fleet\/v1\/nodes\/[^/]+\/(volumes|inputs)$/.test(url.pathname)) {
      answer(response, 200, { items: this.#told(url.pathname) });
    } else if (url.pathname.endsWith('/services')) {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(this.#serviceLines);
      this.#serviceFeeds.add(response);
      response.once('close', () => this.#serviceFeeds.delete(response));
    } else if (url.pathname.startsWith('/fleet/')) {
      this.#feed(response, decodeURIComponent(url.pathname.split('/')[4] ?? ''));
    } else {
      this.#resource(response, { method, path: url.pathname, body });
    }
    this.#tell();
  }

  #resource(
    response: ServerResponse,
    { method, path, body }: { method: string; path: string; body: unknown },
  ): void {
    // Only objects are sent here.
    const sent = body as KubeObject & { preconditions?: { uid?: string } };
    if (method === 'POST') {
      const created = `${path}/${sent.metadata.name}`;
      this.put(created, sent);
      answer(response, 201, this.#objects.get(created));
      return;
    }
    const target = path.replace(/\/status$/, '');
    const current = this.#objects.get(target);
    if (current === undefined) {
      answer(response, 404, status(404, 'NotFound', `${target} not found`));
      return;
    }
    const uid = method === 'PATCH' ? sent.metadata?.uid : sent?.preconditions?.uid;
    if (uid !== undefined && uid !== current.metadata.uid) {
      answer(response, 409, status(409, 'Conflict', 'the UID in the precondition does not match'));
    } else if (method === 'PATCH') {
      this.put(target, merged(current, sent));
      answer(response, 200, this.#objects.get(target));
    } else if (method === 'DELETE') {
      this.#remove(target);
      answer(response, 200, current);
    } else {
      answer(response, 200, current);
    }
  }

  /** A node's volumes, and the revisions of all ConfigMaps and Secrets: no pod is asked what it takes in. */
  #told(path: string): object[] {
    const [, , , , node, what] = path.split('/');
    const items = [...this.#objects].map(([at, object]) => ({ cluster: at.split('/')[2], object }));
    if (what === 'volumes') {
      return items.filter(
        ({ object: { kind, metadata } }) =>
          kind === 'PersistentVolume' && metadata.annotations?.['local.berth.dev/node'] === node,
      );
    }
    return items
      .filter(({ object: { kind } }) => kind === 'ConfigMap' || kind === 'Secret')
      .map(({ cluster, object: { kind, metadata } }) => ({
        cluster,
        resource: `${kind.toLowerCase()}s`,
        namespace: metadata.namespace,
        name: metadata.name,
        revision: Number(metadata.resourceVersion),
      }));
  }

  #feed(response: ServerResponse, node: string): void {
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    this.#feeds.set(response, node);
    response.on('close', () => this.#feeds.delete(response));
    for (const [path, object] of this.#objects)
      if (isPodOf(object, node)) response.write(setLine(path, object));
    response.write('{"type":"SYNC"}\n');
  }

  #announce(path: string): void {
    const object = this.#objects.get(path);
    for (const [feed, node] of this.#feeds) {
      if (object !== undefined && isPodOf(object, node)) feed.write(setLine(path, object));
    }
    this.#tell();
  }

  #remove(path: string): void {
    const object = this.#objects.get(path);
    this.#objects.delete(path);
    if (object?.kind === 'Pod') {
      const { namespace, name, uid } = object.metadata;
      const line = JSON.stringify({ type: 'GONE', cluster: path.split('/')[2], namespace, name, uid });
      for (const feed of this.#feeds.keys()) feed.write(`${line}\n`);
    }
    this.#tell();
  }

  #tell(): void {
    const waiting = this.#changed;
    this.#changed = new Set();
    for (const resolve of waiting) resolve();
  }
}

export const podPath = (name: string) => `/clusters/default/api/v1/namespaces/shop/pods/${name}`;

function isPodOf(object: KubeObject, node: string): boolean {
  return object.kind === 'Pod' && specOf(object).nodeName === node;
}

function specOf({ spec = {} }: Pick<Pod, 'spec'>): NonNullable<Pod['spec']> {
  return spec;
}

function setLine(path: string, object: KubeObject): string {
  const { namespace, name, uid } = object.metadata;
  return `${JSON.stringify({ type: 'SET', cluster: path.split('/')[2], namespace, name, uid, object })}\n`;
}

/** A merge of top members, with conditions merged by type as a strategic merge does. */
function merged(current: KubeObject, patch: Partial<KubeObject>): KubeObject {
  const before: PodStatus = current.status ?? {};
  const next: PodStatus = { ...before, ...patch.status };
  const conditions = (list: readonly PodCondition[] = []) =>
    list.map((entry): [string, PodCondition] => [entry.type, entry]);
  const byType = new Map([...conditions(before.conditions), ...conditions(next.conditions)]);
  const kept = Object.fromEntries(Object.entries(next).filter(([, value]) => value !== null));
  const nextStatus = byType.size === 0 ? kept : { ...kept, conditions: [...byType.values()] };
  return { ...current, ...patch, metadata: { ...current.metadata, ...patch.metadata }, status: nextStatus };
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function status(code: number, reason: string, message: string) {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', code, reason, message };
}
