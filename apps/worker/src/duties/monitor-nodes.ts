import { systemClusterId } from '@berth/auth';
import { beforeUpdateStatus, type KindRegistry, type Lease, writeAttributes } from '@berth/kinds';
import { decodeStoredBody, encodeStoredBody } from '@berth/machinery';
import type { Outcome, Store } from '@berth/store';
import type { Logger } from 'pino';
import { viewReplica } from '../turn/replica-view.ts';
import { storageTypeOf } from '../turn/storage-type.ts';
import { type SilentNode, silentNodes } from './silent-nodes.ts';

const nodeResource = 'nodes';
const leaseResource = 'leases.coordination.k8s.io';
const leaseNamespace = 'kube-node-lease';

export interface NodeMonitoring {
  readonly store: Store;
  /** The system cluster's kinds. */
  readonly registry: KindRegistry;
  readonly log: Logger;
  readonly now: () => Date;
}

/** Finds the nodes of the fleet whose agents are gone, so that no pod is given to them. */
export interface NodeMonitor {
  /** Says of the nodes that went silent that their condition is unknown. Safe beside other monitors of the fleet. */
  look(): Promise<void>;
}

export function nodeMonitor({ store, registry, log, now }: NodeMonitoring): NodeMonitor {
  const cluster = store.cluster(systemClusterId);
  let watchedSince = now();

  const readLeases = async (): Promise<Lease[]> => {
    const type = storageTypeOf(registry, leaseResource);
    if (!type) return [];
    const query = { resource: leaseResource, namespace: leaseNamespace };
    const stored = await store.heartbeats.list(systemClusterId, query);
    return stored.map(({ body, revision }) => decodeStoredBody(body, revision, type));
  };

  const markSilent = async ({ current, next }: SilentNode): Promise<void> => {
    const definition = registry.byResource(nodeResource);
    if (!definition) return;
    const { effect, object } = beforeUpdateStatus(definition, current, next);
    if (effect === 'unchanged') return;
    const { within: _within, ...attributes } = writeAttributes(definition, object);
    const outcome: Outcome = await cluster.write({
      op: effect === 'remove' ? 'delete' : 'update',
      ...attributes,
      body: encodeStoredBody(object),
      expected: { revision: Number(current.metadata.resourceVersion), uid: attributes.uid },
    });
    const fields = { node: attributes.name };
    if (outcome.status === 'applied') log.warn(fields, 'a node stopped posting its status');
    else log.debug({ ...fields, outcome }, 'a silent node changed meanwhile; the next look decides');
  };

  return {
    look: async () => {
      // Before the reading: what takes long here is no silence of the nodes'.
      const asOf = now();
      try {
        const [replica, leases] = await Promise.all([cluster.replica(), readLeases()]);
        const nodes = viewReplica(replica, registry).list(nodeResource);
        await Promise.all(silentNodes({ nodes, leases, watchedSince }, asOf).map(markSilent));
      } catch (error) {
        // Nor is the time while the database is away, in which no node can renew its Lease.
        watchedSince = now();
        throw error;
      }
    },
  };
}
