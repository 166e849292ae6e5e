import type { Lease, Node, NodeStatus } from '@berth/kinds';
import { toMicroTime } from '@berth/machinery';
import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import { ApiError } from '../api/api-error.ts';
import type { ApiClient } from '../api/api-client.ts';
import { Backoff, pause } from '../api/backoff.ts';
import { corePath, systemCluster } from '../api/paths.ts';
import { isNews, type NodeDescription, nodeObject, nodeStatus } from './node-object.ts';

/** How often a node renews its Lease and looks whether the fleet still knows of it what is true. */
const renewEveryMs = 10_000;
const leaseDurationSeconds = 40;
/** How often the status is posted though there is no news: the kubelet's `nodeStatusReportFrequency`. */
const reportEveryMs = 300_000;
/** Who ends does not wait longer to say so; the fleet also notices by itself. */
const farewellDeadlineMs = 5_000;
const leasesPath = `/clusters/${systemCluster}/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases`;

export interface RegistrationOptions {
  readonly nodeName: string;
  readonly api: ApiClient;
  /** The node as of now. */
  readonly describe: () => NodeDescription;
  readonly clock: Clock;
  readonly log: Logger;
  /** The node is known to the fleet. Called once. */
  readonly onRegistered: () => void;
}

/** Keeps a node known to the fleet, and its Lease fresh, until the signal aborts; then says that it shuts down. */
export async function keepRegistered(options: RegistrationOptions, signal: AbortSignal): Promise<void> {
  const { nodeName, clock, log } = options;
  const backoff = new Backoff(200, 10_000);
  let reportedAtMs: number | undefined;
  let isKnown = false;
  while (!signal.aborted) {
    try {
      const nowMs = clock.now().getTime();
      const isReportDue = reportedAtMs === undefined || nowMs - reportedAtMs >= reportEveryMs;
      const { node, isPosted } = isReportDue ? await register(options) : await postNews(options);
      if (isPosted) reportedAtMs = nowMs;
      await renewLease(options, node);
      if (!isKnown) options.onRegistered();
      isKnown = true;
      backoff.reset();
      await pause(clock, renewEveryMs, signal);
    } catch (err) {
      if (signal.aborted) break;
      log.warn({ node: nodeName, err }, 'the node could not be kept registered');
      reportedAtMs = undefined;
      await pause(clock, backoff.next(), signal);
    }
  }
  if (isKnown) await sayFarewell(options);
}

interface Report {
  readonly node: Node;
  readonly isPosted: boolean;
}

/** Creates the Node or brings it up to date. */
async function register({ nodeName, api, describe, log }: RegistrationOptions): Promise<Report> {
  const description = describe();
  const wanted = nodeObject(description);
  const path = nodePath(nodeName);
  let node = await orAbsent(api.get<Node>(path));
  if (node === undefined) {
    node = await api.post<Node>(corePath(systemCluster, 'nodes'), { body: wanted });
    log.info({ node: nodeName, runtime: description.runtime.name }, 'the node joined the fleet');
  } else {
    const { labels } = wanted.metadata;
    await api.patch(path, { contentType: 'application/merge-patch+json', body: { metadata: { labels } } });
  }
  return post(api, nodeStatus(description, node.status), { path });
}

/** Posts the status if the fleet has another one: the node's changed, or someone said that nothing is known of it. */
async function postNews(options: RegistrationOptions): Promise<Report> {
  const { nodeName, api, describe } = options;
  const path = nodePath(nodeName);
  const node = await orAbsent(api.get<Node>(path));
  if (node === undefined) return register(options);
  const status = nodeStatus(describe(), node.status);
  return isNews(status, node.status) ? post(api, status, { path }) : { node, isPosted: false };
}

/** So that nothing is given to a node that nobody speaks for. Best effort. */
async function sayFarewell({ nodeName, api, describe, log }: RegistrationOptions): Promise<void> {
  const path = nodePath(nodeName);
  const signal = AbortSignal.timeout(farewellDeadlineMs);
  try {
    const node = await api.get<Node>(path, { signal });
    await post(api, nodeStatus(describe(), node.status), { path, signal });
  } catch (err) {
    log.info({ node: nodeName, err }, 'the fleet could not be told that the node shuts down');
  }
}

async function post(
  api: ApiClient,
  status: NodeStatus,
  { path, signal }: { readonly path: string; readonly signal?: AbortSignal },
): Promise<Report> {
  const node = await api.patch<Node>(`${path}/status`, {
    contentType: 'application/strategic-merge-patch+json',
    body: { status },
    ...(signal === undefined ? {} : { signal }),
  });
  return { node, isPosted: true };
}

/** Overwrites the Lease; makes it where there is none. */
async function renewLease({ api, clock }: RegistrationOptions, node: Node): Promise<void> {
  const { name, uid } = node.metadata;
  const renewTime = toMicroTime(clock.now());
  const spec = { holderIdentity: name, leaseDurationSeconds, renewTime };
  const path = `${leasesPath}/${encodeURIComponent(name)}`;
  const contentType = 'application/merge-patch+json';
  const renewed = await orAbsent(api.patch<Lease>(path, { contentType, body: { spec } }));
  if (renewed !== undefined) return;
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace: 'kube-node-lease',
      ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name, uid: uid ?? '' }],
    },
    spec,
  };
  await api.post(leasesPath, { body: lease });
}

function nodePath(nodeName: string): string {
  return corePath(systemCluster, 'nodes', nodeName);
}

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
