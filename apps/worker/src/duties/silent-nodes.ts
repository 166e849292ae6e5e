import type { Lease, Node, NodeCondition } from '@berth/kinds';
import { toTime } from '@berth/machinery';

/** The controller manager's `--node-monitor-grace-period`. */
export const defaultMonitorGraceMs = 50_000;
/** Its `--node-startup-grace-period`: what a node gets at least that never posted a status. */
const startupGraceMs = 60_000;

/** What nobody knows about a node that says nothing. Other conditions are not its agent's. */
const unknownTypes = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/** What a node monitor sees of the fleet, or of a cluster with nodes of its own. */
export interface FleetSigns {
  readonly nodes: readonly Node[];
  /** Of `kube-node-lease`, each called as its node. */
  readonly leases: readonly Lease[];
  /** Silence counts from here on: what happened before, nobody was there to hear. */
  readonly watchedSince: Date;
  /** For how long a node that says nothing is taken to be well. Default 50 s. */
  readonly graceMs?: number;
}

/** A node that went silent, as it is and as its status should say. */
export interface SilentNode {
  readonly current: Node;
  readonly next: Node;
}

/**
 * The nodes that went silent and do not say so yet. A node is silent that for its grace period neither renewed its Lease
 * nor posted a status. https://kubernetes.io/docs/concepts/architecture/nodes/#node-controller
 */
export function silentNodes(signs: FleetSigns, now: Date): SilentNode[] {
  const { nodes, leases, watchedSince, graceMs = defaultMonitorGraceMs } = signs;
  const renewals = new Map(leases.map(({ metadata, spec }) => [metadata.name, spec?.renewTime]));
  return nodes.flatMap((node): SilentNode[] => {
    const ready = conditionOf(node, 'Ready');
    const heardAtMs = Math.max(
      watchedSince.getTime(),
      timeMs(renewals.get(node.metadata.name)),
      timeMs(ready ? ready.lastHeartbeatTime : node.metadata.creationTimestamp),
    );
    const isSilent = now.getTime() - heardAtMs > (ready ? graceMs : Math.max(graceMs, startupGraceMs));
    const saysSo = unknownTypes.every((type) => conditionOf(node, type)?.status === 'Unknown');
    return isSilent && !saysSo ? [{ current: node, next: withUnknownConditions(node, now) }] : [];
  });
}

function withUnknownConditions(node: Node, now: Date): Node {
  const conditions = node.status?.conditions ?? [];
  const missing = unknownTypes.filter((type) => !conditionOf(node, type));
  return {
    ...node,
    status: {
      ...node.status,
      conditions: [
        ...conditions.map((condition) =>
          unknownTypes.includes(condition.type) ? stopped(condition, now) : condition,
        ),
        ...missing.map((type) => neverPosted(type, node, now)),
      ],
    },
  };
}

/** Keeps the time of the last heartbeat: that is when the node was heard of. */
function stopped(condition: NodeCondition, now: Date): NodeCondition {
  if (condition.status === 'Unknown') return condition;
  return {
    ...condition,
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
    lastTransitionTime: toTime(now),
  };
}

function neverPosted(type: string, { metadata }: Node, now: Date): NodeCondition {
  return {
    type,
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
    lastHeartbeatTime: metadata.creationTimestamp ?? toTime(now),
    lastTransitionTime: toTime(now),
  };
}

function conditionOf({ status }: Node, wanted: string): NodeCondition | undefined {
  return status?.conditions?.find(({ type }) => type === wanted);
}

/** A time that is absent or is none was never. */
function timeMs(time: string | null | undefined): number {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? Number.NEGATIVE_INFINITY : ms;
}
