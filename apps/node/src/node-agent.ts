import { type AddressInfo, isIPv6 } from 'node:net';
import { serve, type ServerType } from '@hono/node-server';
import type { Clock, PodRuntime } from '@berth/runtime';
import type { Logger } from 'pino';
import { ApiClient, type ConnectionPool, connectionPool, type TokenSource } from './api/api-client.ts';
import { EventRecorder } from './events/event-recorder.ts';
import type { Machine } from './fleet/node-object.ts';
import { keepRegistered } from './fleet/node-registration.ts';
import { followPods } from './fleet/pod-feed.ts';
import { createAuthenticator } from './kubelet/authenticate.ts';
import { createKubeletApp } from './kubelet/kubelet-app.ts';
import type { NodeUsage } from './fleet/node-usage.ts';
import { NodeStats } from './stats/node-stats.ts';
import { followInputs, type PodInput } from './pods/follow-inputs.ts';
import { NodePods } from './pods/node-pods.ts';
import { serviceTable } from './proxy/service-table.ts';
import { ServiceProxy } from './proxy/service-proxy.ts';
import { followServices } from './services/follow-services.ts';
import { type ClusterServices, ServiceDirectory } from './services/service-directory.ts';
import { keepVolumes } from './volumes/keep-volumes.ts';

/** One node that an agent speaks for. */
export interface AgentNode {
  readonly name: string;
  readonly token: TokenSource;
  readonly runtime: PodRuntime;
  /** The machine as of now. */
  readonly machine: () => Machine;
  /** What the machine uses now; absent where the node is nothing but its pods. */
  readonly usage?: () => NodeUsage;
}

export interface NodeAgentOptions {
  readonly apiUrl: string;
  /** PEM of the CA of the API server's certificate. */
  readonly ca: string | undefined;
  readonly nodes: readonly AgentNode[];
  /** Where the kubelet API listens, and what pods and the API server see as the node's address. */
  readonly address: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly clock: Clock;
  readonly log: Logger;
}

export interface NodeAgent {
  /** Where the kubelet API listens. */
  readonly port: number;
  /** Resolves once every node is known to the fleet. */
  readonly registered: Promise<void>;
  close(options: AgentClosing): Promise<void>;
}

interface AgentClosing {
  /** What becomes of the pods. */
  readonly pods: PodsOnExit;
  /** Of what a pod's spec gives it to end in. Default: no limit. */
  readonly maxGraceSeconds?: number;
}

/**
 * `go-on`: without an agent, until the next one finds them. `stop`: they end, and the next agent goes on by their restart policies.
 * `terminate`: the node goes for good; they end and are marked as failed, so that their controllers replace them elsewhere.
 */
export type PodsOnExit = 'go-on' | 'stop' | 'terminate';

/** Runs the pods of its nodes until it is closed. Everything that it tells the API is tried again until it succeeds. */
export async function startNodeAgent(options: NodeAgentOptions): Promise<NodeAgent> {
  const { apiUrl, ca, address, clock, log } = options;
  const pool = connectionPool({ ca, nodes: options.nodes.length });
  const ended = new AbortController();
  const nodes = options.nodes.map((node) => ({ node, ...nodeParts(node, { ...options, pool }) }));
  const isUnready = (podAddress: string) => nodes.some(({ pods }) => pods.isUnready(podAddress));
  const proxy = new ServiceProxy({ clock, log, isUnready });
  const directories = nodes.map(({ directory }) => directory).filter((directory) => directory !== undefined);
  const place = { nodeNames: new Set(options.nodes.map(({ name }) => name)), nodeAddress: address };
  for (const directory of directories) {
    directory.onSync(() => proxy.update(serviceTable(clustersOf(directories), place)));
  }
  for (const { pods } of nodes) await pods.recover();

  const isApiServer = createAuthenticator({
    apiUrl,
    dispatcher: pool.agent,
    clock,
    nodeNames: options.nodes.map(({ name }) => name),
  });
  const stats = nodes.map(({ node, pods }) => {
    const { name: nodeName, usage: nodeUsage } = node;
    return new NodeStats({ nodeName, pods, nodeUsage, clock });
  });
  const app = createKubeletApp({ nodes: nodes.map(({ pods }) => pods), stats, isApiServer, clock, log });
  const { server, port } = await listen(app, { address, port: options.port });

  const tasks: Array<Promise<void>> = [];
  const registrations = nodes.map(
    ({ node, api }) =>
      new Promise<void>((onRegistered) => {
        const { name, runtime, machine } = node;
        const describe = () => ({
          name,
          runtime,
          machine: machine(),
          address,
          kubeletPort: port,
          isShuttingDown: ended.signal.aborted,
          now: clock.now(),
        });
        tasks.push(keepRegistered({ nodeName: name, api, describe, clock, log, onRegistered }, ended.signal));
      }),
  );
  for (const { node, api, pods, directory } of nodes) {
    const { name: nodeName, runtime } = node;
    const { localVolumes } = runtime;
    tasks.push(followPods({ nodeName, api, listener: pods, clock, log }, ended.signal));
    if (runtime.usesInputs) {
      const isNeeded = () => pods.takeInputs();
      const onChange = (input: PodInput) => pods.inputChanged(input);
      tasks.push(followInputs({ nodeName, api, isNeeded, onChange, clock, log }, ended.signal));
    }
    if (localVolumes) tasks.push(keepVolumes({ nodeName, api, localVolumes, clock, log }, ended.signal));
    if (directory) tasks.push(followServices({ nodeName, api, directory, clock, log }, ended.signal));
  }

  return {
    port,
    registered: Promise.all(registrations).then(() => {}),
    async close(closing) {
      ended.abort();
      await Promise.all(tasks);
      const { pods: onExit, maxGraceSeconds = Number.POSITIVE_INFINITY } = closing;
      if (onExit === 'terminate') await Promise.all(nodes.map(({ pods }) => pods.shutDown(maxGraceSeconds)));
      for (const { pods } of nodes) pods.close();
      proxy.close();
      const options = { stopPods: onExit !== 'go-on', maxGraceSeconds };
      await Promise.all(nodes.map(({ node }) => node.runtime.close(options)));
      await closeServer(server);
      await pool.agent.destroy();
    },
  };
}

function nodeParts(
  node: AgentNode,
  options: NodeAgentOptions & { readonly pool: ConnectionPool },
): {
  readonly api: ApiClient;
  readonly pods: NodePods;
  /** Absent where the runtime tells its pods nothing of Services, and none of them could reach one. */
  readonly directory: ServiceDirectory | undefined;
} {
  const { apiUrl, pool, address, clock, log } = options;
  const api = new ApiClient({ url: apiUrl, pool, token: node.token });
  const directory = node.runtime.usesInputs ? new ServiceDirectory() : undefined;
  const events = new EventRecorder({ api, nodeName: node.name, clock, log });
  const pods = new NodePods({
    runtime: node.runtime,
    api,
    hostIp: address,
    clock,
    log,
    recordEvent: (clusterId, pod, event) => events.record(clusterId, pod, event),
    ...(directory && { services: directory }),
  });
  return { api, pods, directory };
}

/** What the nodes of an agent know together: they are of one machine. */
function clustersOf(directories: readonly ServiceDirectory[]): ReadonlyMap<string, ClusterServices> {
  return new Map(directories.flatMap(({ clusters }) => [...clusters]));
}

function listen(
  app: { readonly fetch: Parameters<typeof serve>[0]['fetch'] },
  { address, port }: { readonly address: string; readonly port: number },
): Promise<{ server: ServerType; port: number }> {
  return new Promise((resolve, reject) => {
    const hostname = isIPv6(address) ? address.replace(/^\[|\]$/g, '') : address;
    const server = serve({ fetch: app.fetch, hostname, port }, ({ port: bound }: AddressInfo) =>
      resolve({ server, port: bound }),
    );
    server.once('error', reject);
  });
}

function closeServer(server: ServerType): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    // Followed logs would keep it open.
    if ('closeAllConnections' in server) server.closeAllConnections();
  });
}
