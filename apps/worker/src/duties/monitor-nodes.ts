import { beforeUpdateStatus, type KindRegistry, writeAttributes } from '@berth/kinds';
import { encodeStoredBody } from '@berth/machinery';
import type { Outcome, Store } from '@berth/store';
import type { Logger } from 'pino';
import { readNodeSigns } from './read-node-signs.ts';
import { type SilentNode, silentNodes } from './silent-nodes.ts';

const nodeResource = 'nodes';

export interface NodeMonitoring {
  readonly store: Store;
  /** The kinds of the clusters in which nodes are objects. */
  readonly registry: KindRegistry;
  readonly log: Logger;
  readonly now: () => Date;
  /** How long a node that says nothing is taken to be well. */
  readonly graceMs: number;
  /** The clusters in which nodes are objects: the fleet's, and those that bring their own. */
  readonly clusters: () => Promise<readonly string[]>;
}

/** Finds the nodes whose agents are gone, so that no pod is given to them. */
export interface NodeMonitor {
  /**
   * Says of the nodes that went silent that their condition is unknown. Safe beside other monitors of the fleet. What one
   * cluster's nodes meet keeps no other's from being looked at.
   *
   * @throws the first cluster's trouble
   */
  look(): Promise<void>;
}

export function nodeMonitor(parts: NodeMonitoring): NodeMonitor {
  const { now } = parts;
  /** Silence counts from here on, for all clusters and for some: what happened before, nobody was there to hear. */
  let begunAt = now();
  const watchedSince = new Map<string, Date>();

  const lookAt = async (clusterId: string): Promise<void> => {
    // Before the reading: what takes long here is no silence of the nodes'.
    const asOf = now();
    try {
      const signs = await readNodeSigns(parts.store, { registry: parts.registry, clusterId });
      const sinceMs = Math.max(begunAt.getTime(), watchedSince.get(clusterId)?.getTime() ?? 0);
      const watching = { watchedSince: new Date(sinceMs), graceMs: parts.graceMs };
      const silent = silentNodes({ ...signs, ...watching }, asOf);
      await Promise.all(silent.map((node) => markSilent(parts, clusterId, node)));
    } catch (error) {
      // Nor is the time while the database is away, in which no node can renew its Lease.
      watchedSince.set(clusterId, now());
      throw error;
    }
  };

  return {
    look: async () => {
      const clusters = await parts.clusters().catch((error: unknown) => {
        begunAt = now();
        throw error;
      });
      const looks = await Promise.allSettled(clusters.map(lookAt));
      const failed = looks.find((look) => look.status === 'rejected');
      if (failed) throw failed.reason;
    },
  };
}

async function markSilent(
  { store, registry, log }: NodeMonitoring,
  clusterId: string,
  { current, next }: SilentNode,
): Promise<void> {
  const definition = registry.byResource(nodeResource);
  if (!definition) return;
  const { effect, object } = beforeUpdateStatus(definition, current, next);
  if (effect === 'unchanged') return;
  const { within: _within, ...attributes } = writeAttributes(definition, object);
  const outcome: Outcome = await store.cluster(clusterId).write({
    op: effect === 'remove' ? 'delete' : 'update',
    ...attributes,
    body: encodeStoredBody(object),
    expected: { revision: Number(current.metadata.resourceVersion), uid: attributes.uid },
  });
  const fields = { cluster: clusterId, node: attributes.name };
  if (outcome.status === 'applied') log.warn(fields, 'a node stopped posting its status');
  else log.debug({ ...fields, outcome }, 'a silent node changed meanwhile; the next look decides');
}
