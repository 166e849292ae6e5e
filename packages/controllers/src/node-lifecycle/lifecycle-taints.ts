import type { Node, NodeCondition, Taint } from '@berth/kinds';
import { toTime } from '@berth/machinery';
import { notReadyTaint, readyCondition, unreachableTaint } from '../nodes/node-facts.ts';

const unschedulableTaint = 'node.kubernetes.io/unschedulable';

/** Which taint a condition stands for, by its type and status. */
const taintOfCondition: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: notReadyTaint, Unknown: unreachableTaint },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
};

const conditionTaints: ReadonlySet<string> = new Set([
  unschedulableTaint,
  ...Object.values(taintOfCondition).flatMap((byStatus) => Object.values(byStatus)),
]);
const readinessTaints: ReadonlySet<string> = new Set([notReadyTaint, unreachableTaint]);

export interface TaintOptions {
  /** Whether a node that is not ready loses its pods. */
  readonly drivesOut: boolean;
  readonly now: Date;
}

/**
 * The taints that a node should have: those that its conditions and its cordon stand for, and everybody else's as they
 * are. A taint that drives pods out says since when, whoever added it. The same array if nothing is to change.
 * https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition
 */
export function lifecycleTaints(node: Node, { drivesOut, now }: TaintOptions): readonly Taint[] {
  const current = node.spec?.taints ?? [];
  const wanted = [...noScheduleTaints(node), ...(drivesOut ? readinessTaintsOf(node, 'NoExecute') : [])];
  const isWanted = (taint: Taint): boolean =>
    wanted.some(({ key, effect }) => key === taint.key && effect === taint.effect);
  const kept = current.filter((taint) => !isOurs(taint, node) || isWanted(taint));
  const added = wanted
    .filter((taint) => !current.some(({ key, effect }) => key === taint.key && effect === taint.effect))
    .map((taint) => ({ ...taint, timeAdded: sinceWhen(taint, current) ?? toTime(now) }));
  const timed = kept.map((taint) =>
    taint.effect === 'NoExecute' && !taint.timeAdded ? { ...taint, timeAdded: toTime(now) } : taint,
  );
  const isSame =
    added.length === 0 &&
    timed.length === current.length &&
    timed.every((taint, index) => taint === current[index]);
  return isSame ? current : [...timed, ...added];
}

function noScheduleTaints(node: Node): Taint[] {
  const { conditions = [] } = node.status ?? {};
  return [
    ...conditions.flatMap((condition) => taintsFor(condition, 'NoSchedule')),
    ...(node.spec?.unschedulable ? [{ key: unschedulableTaint, effect: 'NoSchedule' as const }] : []),
  ];
}

function readinessTaintsOf(node: Node, effect: NonNullable<Taint['effect']>): Taint[] {
  const ready = readyCondition(node);
  return ready ? taintsFor(ready, effect) : [];
}

function taintsFor({ type, status }: NodeCondition, effect: NonNullable<Taint['effect']>): Taint[] {
  const key = taintOfCondition[type]?.[status];
  return key === undefined ? [] : [{ key, effect }];
}

/** Of a node that has not said whether it is ready, what drives pods out is left as it is. */
function isOurs({ key, effect }: Taint, node: Node): boolean {
  if (effect === 'NoSchedule') return conditionTaints.has(key);
  return effect === 'NoExecute' && readinessTaints.has(key) && readyCondition(node) !== undefined;
}

/** A node that was not ready and then fell silent has been in trouble since before: its pods' time goes on. */
function sinceWhen(taint: Taint, current: readonly Taint[]): string | undefined {
  if (taint.effect !== 'NoExecute') return undefined;
  return current.find(({ key, effect }) => effect === 'NoExecute' && readinessTaints.has(key))?.timeAdded;
}
