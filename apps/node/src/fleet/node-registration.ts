import type { Lease, Node } from '@berth/kinds';
import { toMicroTime } from '@berth/machinery';
import type { Clock } from '@berth/runtime';
import type { Logger } from 'pino';
import { ApiError } from '../api/api-error.ts';
import type { ApiClient } from '../api/api-client.ts';
import { Backoff, pause } from '../api/backoff.ts';
import { corePath } from '../api/paths.ts';
import { type NodeDescription, nodeObject, nodeStatus } from './node-object.ts';

const systemCluster = 'system';
const renewEveryMs = 10_000;
const leaseDurationSeconds = 40;
/** How often a node looks whether its object is still there. */
const checkEveryMs = 300_000;
const leasesPath = `/clusters/${systemCluster}/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases`;

export interface RegistrationOptions {
  readonly api: ApiClient;
  /** The node as of now. */
  readonly describe: () => NodeDescription;
  readonly clock: Clock;
  readonly log: Logger;
  /** The node is known to the fleet. Called once. */
  readonly onRegistered: () => void;
}

/** Keeps a node known to the fleet, and its Lease fresh, until the signal aborts. */
export async function keepRegistered(options: RegistrationOptions, signal: AbortSignal): Promise<void> {
  const { clock, log } = options;
  const backoff = new Backoff(200, 10_000);
  let registeredAtMs: number | undefined;
  let node: Node | undefined;
  let tellRegistered: (() => void) | undefined = options.onRegistered;
  while (!signal.aborted) {
    try {
      const nowMs = clock.now().getTime();
      if (node === undefined || registeredAtMs === undefined || nowMs - registeredAtMs >= checkEveryMs) {
        node = await register(options);
        registeredAtMs = nowMs;
      }
      await renewLease(options, node);
      tellRegistered?.();
      tellRegistered = undefined;
      backoff.reset();
      await pause(clock, renewEveryMs, signal);
    } catch (err) {
      if (signal.aborted) return;
      log.warn({ node: options.describe().name, err }, 'the node could not be kept registered');
      node = undefined;
      await pause(clock, backoff.next(), signal);
    }
  }
}

/** Creates the Node or brings it up to date. */
async function register({ api, describe, log }: RegistrationOptions): Promise<Node> {
  const description = describe();
  const wanted = nodeObject(description);
  const path = corePath(systemCluster, 'nodes', description.name);
  let node = await orAbsent(api.get<Node>(path));
  if (node === undefined) {
    node = await api.post<Node>(corePath(systemCluster, 'nodes'), { body: wanted });
    log.info({ node: description.name, runtime: description.runtime.name }, 'the node joined the fleet');
  } else {
    const { labels } = wanted.metadata;
    await api.patch(path, { contentType: 'application/merge-patch+json', body: { metadata: { labels } } });
  }
  const status = nodeStatus(description, node.status);
  return api.patch<Node>(`${path}/status`, {
    contentType: 'application/strategic-merge-patch+json',
    body: { status },
  });
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

async function orAbsent<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}
