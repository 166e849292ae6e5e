import type { Pod } from '@berth/kinds';
import { isPodReady, readySince } from './pod-state.ts';

/** Pods with a lower cost are deleted first. https://kubernetes.io/docs/concepts/workloads/controllers/replicaset/#pod-deletion-cost */
export const deletionCostAnnotation = 'controller.kubernetes.io/pod-deletion-cost';

/** What counts beyond the state of the pods themselves: deletion costs, and which pods share a node. */
export interface SpreadRanking {
  readonly now: Date;
  /** Active pods of the same owner, or of owners that replace each other: a node that has many of them loses one first. */
  readonly related: readonly Pod[];
}

/**
 * Compares pods so that those come first that cost least to lose: without a node, pending, not ready, ready for a short
 * time, often restarted, young. With a `ranking` also those of lower deletion cost and those that share a node with
 * related ones, and times differ only by orders of magnitude, so that not always the youngest go.
 */
export function compareForDeletion(ranking?: SpreadRanking): (left: Pod, right: Pod) => number {
  const known = new Map<Pod, DeletionFacts>();
  const sharing = ranking && podsByNode(ranking.related);
  const factsOf = (pod: Pod): DeletionFacts => {
    let facts = known.get(pod);
    if (!facts) known.set(pod, (facts = deletionFacts(pod, sharing)));
    return facts;
  };
  return (left, right) => compareFacts(factsOf(left), factsOf(right), ranking?.now.getTime());
}

/** The `count` pods that cost least to lose. */
export function podsToDelete(pods: readonly Pod[], count: number, ranking: SpreadRanking): readonly Pod[] {
  if (count >= pods.length) return pods;
  return [...pods].sort(compareForDeletion(ranking)).slice(0, Math.max(0, count));
}

interface DeletionFacts {
  readonly uid: string;
  readonly hasNode: boolean;
  readonly phase: number;
  readonly isReady: boolean;
  readonly cost: number;
  readonly sharing: number;
  readonly readySince: number | undefined;
  readonly restarts: number;
  readonly sidecarRestarts: number;
  readonly createdAt: number | undefined;
}

const phaseOrder: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };

function deletionFacts(pod: Pod, sharing: ReadonlyMap<string, number> | undefined): DeletionFacts {
  const { creationTimestamp, uid = '' } = pod.metadata;
  const { restarts, sidecarRestarts } = mostRestarts(pod);
  return {
    uid,
    hasNode: Boolean(pod.spec?.nodeName),
    phase: phaseOrder[pod.status?.phase ?? 'Pending'] ?? 0,
    isReady: isPodReady(pod),
    cost: sharing ? deletionCost(pod) : 0,
    sharing: sharing?.get(pod.spec?.nodeName ?? '') ?? 0,
    readySince: readySince(pod),
    restarts,
    sidecarRestarts,
    createdAt: creationTimestamp ? Date.parse(creationTimestamp) : undefined,
  };
}

function compareFacts(left: DeletionFacts, right: DeletionFacts, nowMs: number | undefined): number {
  return (
    Number(left.hasNode) - Number(right.hasNode) ||
    left.phase - right.phase ||
    Number(left.isReady) - Number(right.isReady) ||
    left.cost - right.cost ||
    right.sharing - left.sharing ||
    (left.isReady ? compareTimes(left, right, { time: 'readySince', nowMs }) : 0) ||
    right.restarts - left.restarts ||
    right.sidecarRestarts - left.sidecarRestarts ||
    compareTimes(left, right, { time: 'createdAt', nowMs })
  );
}

/** The later time first, an unknown one before any other; by orders of magnitude where it is said what time it is. */
function compareTimes(
  left: DeletionFacts,
  right: DeletionFacts,
  { time, nowMs }: { time: 'readySince' | 'createdAt'; nowMs: number | undefined },
): number {
  const [a, b] = [left[time], right[time]];
  if (a === b) return 0;
  if (a === undefined || b === undefined) return a === undefined ? -1 : 1;
  if (nowMs === undefined) return b - a;
  return magnitude(nowMs - a) - magnitude(nowMs - b) || (left.uid < right.uid ? -1 : 1);
}

/** The age's power of two, in nanoseconds as upstream has it; -1 for what is not in the past. */
function magnitude(ageMs: number): number {
  return ageMs > 0 ? Math.trunc(Math.log2(ageMs * 1e6)) : -1;
}

/** The annotation's value; 0 where it is none that Kubernetes would take. */
function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[deletionCostAnnotation];
  if (text === undefined || !/^(0|-?[1-9]\d*)$/.test(text)) return 0;
  const cost = Number(text);
  return cost >= -(2 ** 31) && cost < 2 ** 31 ? cost : 0;
}

function mostRestarts(pod: Pod): { restarts: number; sidecarRestarts: number } {
  let restarts = 0;
  for (const { restartCount } of pod.status?.containerStatuses ?? [])
    restarts = Math.max(restarts, restartCount);
  const sidecars = new Set<string>();
  for (const { name, restartPolicy } of pod.spec?.initContainers ?? []) {
    if (restartPolicy === 'Always') sidecars.add(name);
  }
  let sidecarRestarts = 0;
  for (const { name, restartCount } of pod.status?.initContainerStatuses ?? []) {
    if (sidecars.has(name)) sidecarRestarts = Math.max(sidecarRestarts, restartCount);
  }
  return { restarts, sidecarRestarts };
}

function podsByNode(pods: readonly Pod[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { spec } of pods) counts.set(spec?.nodeName ?? '', (counts.get(spec?.nodeName ?? '') ?? 0) + 1);
  return counts;
}
