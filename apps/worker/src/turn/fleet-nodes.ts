import { systemClusterId } from '@berth/auth';
import type { NodeView, ObservedChange } from '@berth/controllers';
import { type KindRegistry, type Node, nodePoolRequirements } from '@berth/kinds';
import {
  type KubeObject,
  matchesLabels,
  quantityMillis,
  quantityUnits,
  semanticEqual,
} from '@berth/machinery';
import type { NodeResources, NodeUsage, Store } from '@berth/store';
import { viewReplica } from './replica-view.ts';

const nodeResource = 'nodes';

/** As kubelet's default: what a node takes that does not say. */
const defaultPods = 110;

/** The fleet's nodes, for scheduling. */
export interface FleetNodes {
  /**
   * Nodes of these pools, with what all clusters have claimed on them. Callers at the same time share the reading.
   *
   * @param pools undefined for every node
   */
  view(pools: readonly string[] | undefined): Promise<readonly NodeView[]>;
  /**
   * Writes to the capacity rows, against which claims are checked, what the Node objects say. Told of the changes that
   * a turn is about to handle: acts when nodes of the fleet are among them.
   *
   * @returns whether anything about nodes changed.
   */
  follow(clusterId: string, changes: readonly ObservedChange[]): Promise<boolean>;
  /** Compares all nodes with all capacity rows and puts the rows right. */
  reconcile(): Promise<void>;
}

export function fleetNodes(store: Store, registry: KindRegistry): FleetNodes {
  let reading: Promise<readonly NodeView[]> | undefined;

  const readNodes = async (): Promise<readonly KubeObject[]> =>
    viewReplica(await store.cluster(systemClusterId).replica(), registry).list(nodeResource);

  const readView = async (): Promise<readonly NodeView[]> => {
    const [nodes, usage] = await Promise.all([readNodes(), store.nodeCapacity.usage()]);
    const claimedByNode = new Map(usage.map(({ node, claimed }) => [node, claimed]));
    return nodes.map((node) => ({
      node,
      claimed: claimedByNode.get(node.metadata.name) ?? { cpuMillis: 0, memoryBytes: 0, pods: 0 },
    }));
  };

  const reconcile = async (): Promise<void> => {
    const [nodes, usage] = await Promise.all([readNodes(), store.nodeCapacity.usage()]);
    const rows = new Map(usage.map((row) => [row.node, row]));
    for (const node of nodes) {
      const { name } = node.metadata;
      const allocatable = allocatableOf(node);
      if (!isSame(rows.get(name), allocatable)) await store.nodeCapacity.set(name, allocatable);
      rows.delete(name);
    }
    for (const gone of rows.keys()) await store.nodeCapacity.remove(gone);
  };

  return {
    view: async (pools) => {
      reading ??= readView().finally(() => {
        reading = undefined;
      });
      const nodes = await reading;
      const required = nodePoolRequirements(pools);
      return required.length === 0
        ? nodes
        : nodes.filter(({ node }) => matchesLabels(node.metadata.labels, required));
    },
    follow: async (clusterId, changes) => {
      if (clusterId !== systemClusterId) return false;
      if (!changes.some((change) => change.resource === nodeResource)) return false;
      await reconcile();
      return true;
    },
    reconcile,
  };
}

function allocatableOf({ status }: Node): NodeResources {
  const { cpu = '0', memory = '0', pods, ...rest } = status?.allocatable ?? status?.capacity ?? {};
  const others: Record<string, number> = {};
  for (const [resource, quantity] of Object.entries(rest)) {
    const amount = quantityUnits(quantity);
    if (amount !== 0) others[resource] = amount;
  }
  return {
    cpuMillis: quantityMillis(cpu),
    memoryBytes: quantityUnits(memory),
    pods: pods === undefined ? defaultPods : quantityUnits(pods),
    ...(Object.keys(others).length > 0 && { others }),
  };
}

function isSame(row: NodeUsage | undefined, allocatable: NodeResources): boolean {
  return row !== undefined && semanticEqual(row.allocatable, allocatable);
}
