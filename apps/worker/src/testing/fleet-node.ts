import type { Lease, Node, NodeCondition } from '@berth/kinds';
import { encodeStoredBody, toMicroTime, toTime } from '@berth/machinery';
import type { Store } from '@berth/store';
import { clusterClient } from './cluster-client.ts';

/** What a node's agent tells the fleet, when a test says so. */
export interface FleetNode {
  /** A new Lease time, and nothing else. Default: now. */
  renewLease(at?: Date): Promise<void>;
  /** A whole status, with Ready=True. */
  postStatus(): Promise<void>;
  read(): Promise<Node | undefined>;
  condition(type: string): Promise<NodeCondition | undefined>;
}

/** Registers a node with room for a thousand pods that has just been heard of. */
export async function joinFleet(
  store: Store,
  {
    name,
    now,
    clusterId = 'system',
  }: { readonly name: string; readonly now: () => Date; readonly clusterId?: string },
): Promise<FleetNode> {
  const system = clusterClient(store, clusterId);
  const key = { resource: 'nodes', namespace: '', name };
  const read = () => system.get<Node>(key);
  const fleetNode: FleetNode = {
    renewLease: async (at = now()) => {
      const lease: Lease = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: 'kube-node-lease', uid: `lease-of-${name}` },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: toMicroTime(at) },
      };
      await store.heartbeats.put(clusterId, {
        resource: 'leases.coordination.k8s.io',
        namespace: 'kube-node-lease',
        name,
        uid: `lease-of-${name}`,
        body: encodeStoredBody(lease),
      });
    },
    postStatus: async () => {
      await system.updateStatus<Node>(key, (node) => ({
        ...node,
        status: { ...node.status, ...healthyStatus(now()) },
      }));
    },
    read,
    condition: async (wanted) => (await read())?.status?.conditions?.find(({ type }) => type === wanted),
  };
  await system.create<Node>({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name },
    status: healthyStatus(now()),
  });
  await fleetNode.renewLease();
  return fleetNode;
}

function healthyStatus(now: Date): NonNullable<Node['status']> {
  const at = { lastHeartbeatTime: toTime(now), lastTransitionTime: toTime(now) };
  return {
    allocatable: { cpu: '1000', memory: '1000Gi', pods: '1000' },
    conditions: [
      ...['MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({ type, status: 'False', ...at })),
      { type: 'Ready', status: 'True', reason: 'KubeletReady', ...at },
    ],
  };
}
