import type { Lease, Node, NodeCondition } from '@berth/kinds';
import { expect, test } from 'vitest';
import { silentNodes } from './silent-nodes.ts';

const now = new Date('2026-03-01T12:00:00Z');
const ago = (seconds: number): string => new Date(now.getTime() - seconds * 1_000).toISOString();
const longAgo = new Date(ago(3_600));

const ready = (heartbeat: string, status = 'True'): NodeCondition => ({
  type: 'Ready',
  status,
  reason: 'KubeletReady',
  message: 'kubelet is posting ready status',
  lastHeartbeatTime: heartbeat,
  lastTransitionTime: ago(9_000),
});

function node(conditions?: readonly NodeCondition[], createdAt = ago(9_000)): Node {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'one', creationTimestamp: createdAt },
    ...(conditions ? { status: { conditions: [...conditions] } } : {}),
  };
}

function lease(renewTime: string, name = 'one'): Lease {
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name, namespace: 'kube-node-lease' },
    spec: { holderIdentity: name, renewTime },
  };
}

const unknown = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map(
  (type): NodeCondition => ({ ...ready(ago(300), 'Unknown'), type }),
);

test.each<[string, { node: Node; leases: Lease[]; watchedSince?: Date; silent: boolean }]>([
  ['a Lease renewed 50 s ago', { node: node([ready(ago(300))]), leases: [lease(ago(50))], silent: false }],
  ['a Lease renewed 51 s ago', { node: node([ready(ago(300))]), leases: [lease(ago(51))], silent: true }],
  ['a status posted 50 s ago and no Lease', { node: node([ready(ago(50))]), leases: [], silent: false }],
  ['a status posted 51 s ago and no Lease', { node: node([ready(ago(51))]), leases: [], silent: true }],
  [
    'a status posted after the last renewal',
    { node: node([ready(ago(5))]), leases: [lease(ago(300))], silent: false },
  ],
  ["another node's Lease", { node: node([ready(ago(300))]), leases: [lease(ago(1), 'two')], silent: true }],
  ['a node that said it was stopping', { node: node([ready(ago(51), 'False')]), leases: [], silent: true }],
  ['no status, made 60 s ago', { node: node(undefined, ago(60)), leases: [], silent: false }],
  ['no status, made 61 s ago', { node: node(undefined, ago(61)), leases: [], silent: true }],
  ['no status, but a Lease', { node: node(), leases: [lease(ago(10))], silent: false }],
  ['a node that is marked already', { node: node(unknown), leases: [lease(ago(300))], silent: false }],
  [
    'a monitor that watches for 50 s',
    { node: node([ready(ago(300))]), leases: [], watchedSince: new Date(ago(50)), silent: false },
  ],
  [
    'a monitor that watches for 51 s',
    { node: node([ready(ago(300))]), leases: [], watchedSince: new Date(ago(51)), silent: true },
  ],
])('%s', (_name, { node: seen, leases, watchedSince = longAgo, silent }) => {
  expect(silentNodes({ nodes: [seen], leases, watchedSince }, now)).toHaveLength(silent ? 1 : 0);
});

test('a silent node says since when nothing is known of it, and keeps what is not its agent’s to say', () => {
  const network = { ...ready(ago(300)), type: 'NetworkUnavailable', status: 'False' };
  const pressure = { ...ready(ago(300), 'Unknown'), type: 'DiskPressure', reason: 'Earlier' };
  const seen = node([network, ready(ago(300)), pressure]);
  const [silent] = silentNodes({ nodes: [seen], leases: [], watchedSince: longAgo }, now);
  const never = {
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: ago(9_000),
    lastTransitionTime: '2026-03-01T12:00:00Z',
  };
  expect(silent?.current).toBe(seen);
  expect(silent?.next.status?.conditions).toEqual([
    network,
    {
      type: 'Ready',
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
      lastHeartbeatTime: ago(300),
      lastTransitionTime: '2026-03-01T12:00:00Z',
    },
    pressure,
    { type: 'MemoryPressure', ...never },
    { type: 'PIDPressure', ...never },
  ]);
});
