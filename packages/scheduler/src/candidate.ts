import type { Node, Taint } from '@berth/kinds';
import type { KubeObject } from '@berth/machinery';
import type { ClaimedRoom } from './claimed-room.ts';
import { type Resources, resourcesOf } from './resources.ts';

/** A node and what is claimed on it by all clusters. */
export interface Candidate {
  readonly node: KubeObject;
  readonly claimed: ClaimedRoom;
}

/** What of a node the filters and scores look at, parsed. */
export interface NodeFacts {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly unschedulable: boolean;
  /** Of effect NoSchedule and NoExecute. */
  readonly hardTaints: readonly Taint[];
  /** Of effect PreferNoSchedule. */
  readonly softTaints: readonly Taint[];
  readonly allocatable: Resources;
  readonly allocatablePods: number;
}

/** Node objects are immutable and few, pods many: parsed once per state of a node. */
const facts = new WeakMap<KubeObject, NodeFacts>();

export function nodeFacts(node: KubeObject): NodeFacts {
  let known = facts.get(node);
  if (!known) {
    known = parse(node);
    facts.set(node, known);
  }
  return known;
}

function parse(node: Node): NodeFacts {
  const taints = [...(node.spec?.taints ?? []), ...readinessTaints(node)];
  const allocatable = node.status?.allocatable ?? node.status?.capacity ?? {};
  const { pods, ...resources } = allocatable;
  return {
    name: node.metadata.name,
    labels: node.metadata.labels ?? {},
    unschedulable: node.spec?.unschedulable === true,
    hardTaints: taints.filter((taint) => taint.effect !== 'PreferNoSchedule'),
    softTaints: taints.filter((taint) => taint.effect === 'PreferNoSchedule'),
    allocatable: resourcesOf(resources),
    allocatablePods: pods === undefined ? 110 : Number(pods),
  };
}

/** What upstream's node lifecycle controller makes of a node that is not ready. */
function readinessTaints(node: Node): readonly Taint[] {
  const status = node.status?.conditions?.find((condition) => condition.type === 'Ready')?.status;
  if (status === undefined || status === 'True') return [];
  const key = status === 'False' ? 'node.kubernetes.io/not-ready' : 'node.kubernetes.io/unreachable';
  if (node.spec?.taints?.some((taint) => taint.key === key)) return [];
  return [{ key, effect: 'NoSchedule' }];
}
